/* user/compat/kernel/fs.h: what xv6's programs know of the file system. */
#pragma once

#include "abi/fs.h"

#define DIRSIZ NAME_LEN
#define BSIZE BLOCK_SIZE
#define ROOTINO ROOT_INUM
#define MAXFILE (FILE_SIZE_MAX / BLOCK_SIZE)
