/* user/lib/sys.h: the system calls, and what goes with them.
 *
 * Each returns -1 for failure and leaves the reason in errno. */
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
extern char **environ; /* "NAME=value", and NULL behind the last */

/* Processes. */
int fork(void); /* the child's pid; 0 in the child */
void exit(int status) __attribute__((noreturn));
int wait(int *status); /* the pid of a child that ended; status may be NULL */
int kill(int pid);
int exec(const char *path, char *const argv[]); /* with this environment */
int execve(const char *path, char *const argv[], char *const envp[]);
int getpid(void);
int sleep(int ticks);
int uptime(void);       /* ticks since boot */
void *sbrk(long bytes); /* the former end of the heap; SBRK_FAILED */
int poweroff(int status);

/* Take FOREGROUND_ flags away, then give some; returns those that were. */
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

/* Write all of it, in as many calls as that takes; 0 or -1. */
int write_all(int fd, const void *buf, size_t n);

/* Open a file that programs take their input from: "-" is standard input, and a
 * directory gives EISDIR. */
int open_input(const char *path);

/* Whether fd is the console, that is, whether somebody may sit there. */
bool is_console(int fd);
