/* user/compat/kernel/fs.h: the file system, for programs written for xv6. */
#pragma once

#include "abi/fs.h"

#define DIRSIZ NAME_LEN
#define ROOTINO 1

/* An int and not unsigned: xv6's tests compare it with -1, the result of a
 * failed call. */
#define BSIZE 4096
_Static_assert(BSIZE == BLOCK_SIZE && ROOTINO == ROOT_INUM, "see abi/fs.h");

/* The blocks of a big file in xv6's tests. Calf's files can have far more, but
 * the disk has no room for many files of that size. */
#define MAXFILE 268
