/* user/compat/kernel/param.h: bounds, for programs written for xv6.
 *
 * Where Calf has no such bound, a number that xv6's programs can live with. */
#pragma once

#include "abi/limits.h"

#define NPROC 64       /* processes; here memory bounds them */
#define NCPU 8         /* harts */
#define MAXARG 32      /* arguments of exec; here ARGS_SIZE bounds them */
#define MAXPATH 128    /* bytes of a path */
#define MAXOPBLOCKS 10 /* blocks that one call may write */
#define FSSIZE 2000    /* blocks of the disk */
