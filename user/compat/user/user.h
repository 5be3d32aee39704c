/* user/compat/user/user.h: the user library, for programs written for xv6. It
 * declares only xv6's names, so that names of the programs cannot clash with
 * Calf's. */
#pragma once

#include "kernel/types.h"

struct stat;

/* System calls. */
int fork(void);
int exit(int status) __attribute__((noreturn));
int wait(int *status);
int pipe(int *fds);
int write(int fd, const void *buf, int n);
int read(int fd, void *buf, int n);
int close(int fd);
int kill(int pid);
int exec(const char *path, char **argv);
int open(const char *path, int flags);
int mknod(const char *path, short major, short minor);
int unlink(const char *path);
int fstat(int fd, struct stat *st);
int link(const char *old, const char *name);
int mkdir(const char *path);
int chdir(const char *path);
int dup(int fd);
int getpid(void);
char *sbrk(int bytes);
int sleep(int ticks);
int uptime(void);

/* In labs that add them to xv6. Only memory without a file can be mapped. */
void *mmap(void *addr, unsigned long length, int prot, int flags, int fd,
	   long offset);
int munmap(void *addr, unsigned long length);

/* In xv6 since 2025. `how` is a constant of kernel/vm.h. */
int pause(int ticks);
char *sys_sbrk(int bytes, int how);
char *sbrklazy(int bytes);

#define SBRK_ERROR ((char *)-1)

/* Library. */
int stat(const char *path, struct stat *st);
char *strcpy(char *dst, const char *src);
void *memmove(void *dst, const void *src, int n);
char *strchr(const char *s, char c);
int strcmp(const char *a, const char *b);
void fprintf(int fd, const char *fmt, ...);
void printf(const char *fmt, ...);
char *gets(char *buf, int size);
uint strlen(const char *s);
void *memset(void *dst, int byte, uint n);
void *malloc(uint size);
void free(void *memory);
int atoi(const char *s);
int memcmp(const void *a, const void *b, uint n);
void *memcpy(void *dst, const void *src, uint n);
