/* kernel/abi/syscall.h: the numbers of the system calls.
 *
 * A program puts the number in a7 and up to six arguments in a0 to a5, and
 * executes ecall. The result comes back in a0. A failed call returns -1 in a0
 * and its error number (abi/errno.h) in a1. All other registers keep their
 * values. Numbers 1 to 21 are the same as in xv6, and 22 and 23 as in
 * many labs that add mmap() to it; Calf's own start at 100. 109 to 112
 * are kept for calls that start threads. */
#pragma once

#define SYSCALL_LIST(X)                                                        \
	X(1, fork)                                                             \
	X(2, exit)                                                             \
	X(3, wait)                                                             \
	X(4, pipe)                                                             \
	X(5, read)                                                             \
	X(6, kill)                                                             \
	X(7, exec)                                                             \
	X(8, fstat)                                                            \
	X(9, chdir)                                                            \
	X(10, dup)                                                             \
	X(11, getpid)                                                          \
	X(12, sbrk)                                                            \
	X(13, sleep)                                                           \
	X(14, uptime)                                                          \
	X(15, open)                                                            \
	X(16, write)                                                           \
	X(17, mknod)                                                           \
	X(18, unlink)                                                          \
	X(19, link)                                                            \
	X(20, mkdir)                                                           \
	X(21, close)                                                           \
	X(22, mmap)                                                            \
	X(23, munmap)                                                          \
	X(100, sync)                                                           \
	X(101, poweroff)                                                       \
	X(102, rename)                                                         \
	X(103, lseek)                                                          \
	X(104, foreground)                                                     \
	X(105, execve)                                                         \
	X(106, mprotect)                                                       \
	X(107, msync)                                                          \
	X(108, madvise)                                                        \
	X(113, vfork)

#define SYSCALL_NUMBER(number, name) SYS_##name = number,
enum { SYSCALL_LIST(SYSCALL_NUMBER) SYSCALL_END };
#undef SYSCALL_NUMBER
