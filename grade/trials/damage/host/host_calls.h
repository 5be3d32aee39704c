/* grade/trials/damage/host/host_calls.h: the system calls of
 * grade/trials/programs/abuse.c, made of the kernel's functions by calls.c.
 *
 * The host has functions of the same names, so these begin with calf_, and
 * abuse.c is compiled to call them (grade/trials/damage/host_kernel.py). */
#pragma once

#include "abi/fcntl.h"
#include "abi/stat.h"
#include "lib/string.h"

int calf_open(const char *path, int flags);
int calf_close(int fd);
long calf_read(int fd, void *buf, uint64 n);
long calf_write(int fd, const void *buf, uint64 n);
long calf_lseek(int fd, long offset, int whence);
int calf_fstat(int fd, struct stat *st);
int calf_link(const char *old, const char *name);
int calf_unlink(const char *path);
int calf_rename(const char *old, const char *name);
int calf_mkdir(const char *path);
int calf_sync(void);
int calf_dup(int fd);
int calf_poweroff(int status);
int calf_main(void);

int printf(const char *fmt, ...);
int snprintf(char *buf, uint64 size, const char *fmt, ...);
