/* user/compat/kernel/param.h: bounds, for programs written for xv6.
 *
 * Where Calf has no such bound, a number that xv6's programs can live with. */
#pragma once

#include "kernel/limits.h"

#define NPROC 64       /* processes; here memory bounds them */
#define NCPU 8         /* harts */
#define NFILE 100      /* open files in all; limited by memory here */
#define NINODE 50      /* inodes in use; limited by memory here */
#define NDEV 10        /* devices */
#define ROOTDEV 1      /* the disk */
#define MAXARG 32      /* arguments of exec; here ARGS_SIZE bounds them */
#define MAXPATH 128    /* bytes of a path; here PATH_LEN */
#define MAXOPBLOCKS 10 /* blocks that one call may write */
#define LOGSIZE (3 * MAXOPBLOCKS)
#define NBUF (3 * MAXOPBLOCKS)
#define FSSIZE 2000  /* blocks of the disk */
#define USERSTACK 16 /* pages of stack, as the programs of PROGS have */
