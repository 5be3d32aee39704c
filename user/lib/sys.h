/* user/lib/sys.h: system calls and related functions.
 *
 * A call that fails returns -1 and stores the reason in errno. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "abi/errno.h"
#include "abi/fcntl.h"
#include "abi/limits.h"
#include "abi/process.h"
#include "abi/stat.h"
#include "abi/syscall.h"
#include "abi/types.h"

extern int errno;
extern char **environ; /* strings "NAME=value", and a NULL at the end */

/* Processes. */
int fork(void); /* returns the child's pid, or 0 in the child */
void exit(int status) __attribute__((noreturn));

/* Like fork(), but the child uses the memory of this process, which sleeps
 * until the child calls exec() or execve() or has ended. The child must not
 * return from the function that calls vfork(), and must end with _exit(). */
int vfork(void) __attribute__((returns_twice));
void _exit(int status) __attribute__((noreturn)); /* checks no output */
int wait(int *status); /* the pid of a child that ended; NULL is allowed */
int kill(int pid);
int exec(const char *path, char *const argv[]); /* with this environment */
int execve(const char *path, char *const argv[], char *const envp[]);
int getpid(void);
int sleep(int ticks);
int uptime(void);       /* ticks since boot */
void *sbrk(long bytes); /* the old end of the heap, or SBRK_FAILED */
int poweroff(int status);

/* Clear some FOREGROUND_ flags and then set some. Returns the old flags. */
int foreground(int clear, int set);

#define SBRK_FAILED ((void *)-1)

/* Files. */
int open(const char *path, int flags);
int close(int fd);
long read(int fd, void *buf, size_t n);
long write(int fd, const void *buf, size_t n);
long lseek(int fd, long offset, int whence);
int dup(int fd);      /* the lowest free descriptor */
int pipe(int fds[2]); /* fds[0] to read, fds[1] to write */
int fstat(int fd, struct stat *st);
int stat(const char *path, struct stat *st);
int mknod(const char *path, int major, int minor);
int mkdir(const char *path);
int chdir(const char *path);
int link(const char *old, const char *name);
int unlink(const char *path);
int rename(const char *old, const char *name);
int sync(void);

/* Write all bytes, with as many calls as necessary. Returns 0 or -1. */
int write_all(int fd, const void *buf, size_t n);

/* Open a file for input. "-" means standard input; a directory fails with
 * EISDIR. */
int open_input(const char *path);

/* Whether fd is the console, so that a person may be using it. */
bool is_console(int fd);
