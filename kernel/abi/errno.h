/* kernel/abi/errno.h: error numbers of system calls, with their messages.
 *
 * The numbers are the same as in Linux, so they mean what people expect. */
#pragma once

#define ERRNO_LIST(X)                                                          \
	X(EPERM, 1, "operation not permitted")                                 \
	X(ENOENT, 2, "no such file or directory")                              \
	X(ESRCH, 3, "no such process")                                         \
	X(EINTR, 4, "interrupted")                                             \
	X(EIO, 5, "input/output error")                                        \
	X(E2BIG, 7, "argument list too long")                                  \
	X(ENOEXEC, 8, "not an executable program")                             \
	X(EBADF, 9, "bad file descriptor")                                     \
	X(ECHILD, 10, "no child processes")                                    \
	X(EAGAIN, 11, "too many processes")                                    \
	X(ENOMEM, 12, "out of memory")                                         \
	X(EACCES, 13, "permission denied")                                     \
	X(EFAULT, 14, "bad address")                                           \
	X(EBUSY, 16, "others keep changing it")                                \
	X(EEXIST, 17, "file exists")                                           \
	X(ENODEV, 19, "no such device")                                        \
	X(ENOTDIR, 20, "not a directory")                                      \
	X(EISDIR, 21, "is a directory")                                        \
	X(EINVAL, 22, "invalid argument")                                      \
	X(EMFILE, 24, "too many open files")                                   \
	X(ETXTBSY, 26, "program is running")                                   \
	X(EFBIG, 27, "file too large")                                         \
	X(ENOSPC, 28, "no space left on device")                               \
	X(ESPIPE, 29, "cannot seek")                                           \
	X(EMLINK, 31, "too many links")                                        \
	X(EPIPE, 32, "broken pipe")                                            \
	X(ENAMETOOLONG, 36, "file name too long")                              \
	X(ENOSYS, 38, "no such system call")                                   \
	X(ENOTEMPTY, 39, "directory not empty")                                \
	X(ELOOP, 40, "too many interpreters of interpreters")

#define ERRNO_NUMBER(name, number, words) name = number,
enum { ERRNO_LIST(ERRNO_NUMBER) };
#undef ERRNO_NUMBER
