/* grade/damage/host/calf.h: in place of the user library's: the system calls of
 * grade/guest/abuse.c, as host/calls.c makes them of the kernel's functions. */
#pragma once

#include "abi/fcntl.h"
#include "abi/stat.h"
#include "lib/string.h"

#define open calf_open
#define close calf_close
#define read calf_read
#define write calf_write
#define lseek calf_lseek
#define fstat calf_fstat
#define link calf_link
#define unlink calf_unlink
#define rename calf_rename
#define mkdir calf_mkdir
#define sync calf_sync
#define dup calf_dup
#define poweroff calf_poweroff
#define main calf_main

int open(const char *path, int flags);
int close(int fd);
long read(int fd, void *buf, uint64 n);
long write(int fd, const void *buf, uint64 n);
long lseek(int fd, long offset, int whence);
int fstat(int fd, struct stat *st);
int link(const char *old, const char *name);
int unlink(const char *path);
int rename(const char *old, const char *name);
int mkdir(const char *path);
int sync(void);
int dup(int fd);
int poweroff(int status);
int main(void);

int printf(const char *fmt, ...);
int snprintf(char *buf, uint64 size, const char *fmt, ...);
