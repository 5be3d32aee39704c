/* kernel/abi/limits.h: sizes and limits that programs may rely on. */
#pragma once

#define PGSIZE 4096UL

#define USER_END (1UL << 38)            /* user space is 0 .. USER_END */
#define USER_TOP (USER_END - 0x10000UL) /* its last 64 KiB stay unmapped */

/* Bytes below a program's stack that stay unmapped. A local array that is too
 * large for the stack then causes a fault and does not overwrite other data. */
#define STACK_GAP (1UL << 20)

#define NOFILE 32         /* open files of one process */
#define PATH_LEN 256      /* bytes of a path, including its NUL */
#define ARGS_SIZE PGSIZE  /* bytes of all arguments of exec together */
#define DEVICE_MAX 65535  /* a device's major or minor number */
#define IO_MAX 0x7fffffff /* bytes of one read() or write() */
#define PIPE_BUF 512      /* bytes that write() puts into a pipe atomically */
#define PROC_NAME_LEN 16  /* bytes of a process's name, including its NUL */

#define TICKS_PER_SECOND 10 /* sleep() and uptime() count ticks */
