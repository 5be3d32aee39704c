/* kernel/trap/syscall.h: system calls. */
#pragma once

#include "abi/errno.h"
#include "abi/syscall.h"
#include "proc/proc.h"

/* A system call. arg[0] to arg[5] are the program's a0 to a5. Returns the
 * result for a0, or an error. */
typedef long syscall_fn(struct proc *p, const uint64 *arg);

/* An argument of type int: the lower 32 bits of its register. The upper bits
 * are ignored. */
static inline int int_arg(uint64 arg)
{
	return (int)(uint32)arg;
}

#define SYSCALL_DECLARE(number, name) syscall_fn sys_##name;
SYSCALL_LIST(SYSCALL_DECLARE)
#undef SYSCALL_DECLARE

/* All system calls by number; NULL for an unused number. */
extern syscall_fn *const syscalls[SYSCALL_END];

/* Return what a0 becomes after a call that has failed with this error. If the
 * call only needed a page that can be fetched (mm/usercopy.h), the program is
 * about to make it again. */
uint64 syscall_failed(struct proc *p, struct trapframe *frame, long error);

/* Perform the system call that the program's registers specify, and store the
 * result in them. Inline, because every system call comes here. */
static inline void syscall(struct proc *p, struct trapframe *frame)
{
	uint64 number = frame->a7;
	long result = -ENOSYS;

	frame->pc += 4; /* after the ecall */
	if (number < ARRAY_LEN(syscalls) && syscalls[number] != NULL)
		result = syscalls[number](p, &frame->a0);
	frame->a0 = likely(result >= 0) ? (uint64)result
					: syscall_failed(p, frame, result);
}
