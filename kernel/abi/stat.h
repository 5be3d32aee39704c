/* kernel/abi/stat.h: what fstat() reports about a file. */
#pragma once

#include "abi/types.h"

#define T_DIR 1
#define T_FILE 2
#define T_DEVICE 3

struct stat {
	int dev;     /* number of the disk */
	uint ino;    /* inode number */
	short type;  /* T_DIR, T_FILE or T_DEVICE */
	short nlink; /* number of names */
	uint unused; /* 0; as padding it would leak bytes of the kernel */
	uint64 size; /* in bytes */
};
