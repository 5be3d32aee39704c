/* user/compat/kernel/fs.h: what xv6's programs know of the file system. */
#pragma once

#include "abi/fs.h"

#define DIRSIZ NAME_LEN
#define ROOTINO 1

/* An int, so that a result of -1 compares as less. */
#define BSIZE 4096
_Static_assert(BSIZE == BLOCK_SIZE && ROOTINO == ROOT_INUM, "see abi/fs.h");

/* Blocks that xv6's tests write to make a big file. Here files may have far
 * more, but the disk has no room for many such files. */
#define MAXFILE 268
