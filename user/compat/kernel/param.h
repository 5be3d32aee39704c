/* user/compat/kernel/param.h: limits, for programs written for xv6.
 *
 * Where Calf has no such limit, this is a number that suits those programs. */
#pragma once

#include "kernel/limits.h"

#define NPROC 64       /* processes; here limited by memory */
#define NCPU 8         /* harts */
#define NFILE 100      /* open files in all; here limited by memory */
#define NINODE 50      /* inodes in use; here limited by memory */
#define NDEV 10        /* devices */
#define ROOTDEV 1      /* the disk */
#define MAXARG 32      /* arguments of exec; here limited by ARGS_SIZE */
#define MAXPATH 128    /* bytes of a path; here limited by PATH_LEN */
#define MAXOPBLOCKS 10 /* blocks that one call may write */
#define LOGSIZE (3 * MAXOPBLOCKS)
#define NBUF (3 * MAXOPBLOCKS)
#define FSSIZE 2000  /* blocks of the disk */
#define USERSTACK 16 /* pages of stack, as the programs of PROGS have */
