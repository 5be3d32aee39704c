/* user/compat/kernel/fs.h: what xv6's programs know of the file system. */
#pragma once

#include "abi/fs.h"

#define DIRSIZ NAME_LEN
#define ROOTINO 1

/* An int, so that a result of -1 is less. */
#define BSIZE 4096
_Static_assert(BSIZE == BLOCK_SIZE && ROOTINO == ROOT_INUM, "see abi/fs.h");

/* Blocks that xv6's tests write to call a file big. Here files may have far
 * more, but the disk has no room for many of those. */
#define MAXFILE 268
