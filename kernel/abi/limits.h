/* kernel/abi/limits.h: sizes and bounds that programs may rely on. */
#pragma once

#define PGSIZE 4096UL

#define USER_END (1UL << 38)            /* user space is 0 .. USER_END */
#define USER_TOP (USER_END - 0x10000UL) /* its last 64 KiB stay unmapped */

/* Bytes below a program's stack that stay unmapped, so that a local array too
 * large for the stack causes a fault and does not overwrite other data. */
#define STACK_GAP (1UL << 20)

#define NOFILE 32         /* open files of one process */
#define PATH_LEN 256      /* bytes of a path, its NUL included */
#define ARGS_SIZE PGSIZE  /* bytes of all of exec's arguments together */
#define DEVICE_MAX 65535  /* a device's major or minor number */
#define IO_MAX 0x7fffffff /* bytes of one read() or write() */
#define PIPE_BUF 512      /* bytes that write() puts into a pipe in one piece */
#define PROC_NAME_LEN 16  /* bytes of a process's name, its NUL included */

#define TICKS_PER_SECOND 10 /* the unit of sleep() and uptime() */
