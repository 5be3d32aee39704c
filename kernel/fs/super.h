/* kernel/fs/super.h: the numbers of the mounted file system, and how many
 * blocks its operations change. */
#pragma once

#include "abi/fs.h"
#include "lib/types.h"

extern struct superblock super; /* [init] as read from the disk, and sound */

/* Whether the block may be part of a file. */
static inline bool block_is_data(uint32 block)
{
	return block >= super.data.start && block < super.nblocks;
}

/* Credits (fs/journal.h) of an operation that changes names. At most a rename
 * or a mkdir: a directory that grows (block, block of numbers, two of the
 * bitmap, inode), another directory's block, "..", and three inodes. */
#define CREDITS_NAMES 12

/* Of one that frees a file's blocks, wherever they are, and its inode. */
static inline uint32 credits_free(void)
{
	return super.bitmap.blocks + 1;
}

/* Of one that writes that many bytes: the blocks that they lie in, those with
 * the numbers of these, the bitmap, and the inode. */
static inline uint32 credits_write(uint64 nbytes)
{
	uint64 nblocks = nbytes / BLOCK_SIZE + 2;
	uint64 nmaps = nblocks / NINDIRECT + 3;

	return (uint32)(nblocks + nmaps + super.bitmap.blocks + 1);
}

/* The most bytes that one operation can write when it can change so many
 * blocks: the inverse of credits_write(). */
static inline uint64 credits_to_bytes(uint32 credits)
{
	uint64 nblocks = credits - credits / NINDIRECT - super.bitmap.blocks;

	return (nblocks - 6) * BLOCK_SIZE;
}

/* With fewer, the file system cannot work. */
static inline uint32 credits_least(void)
{
	return MAX(super.bitmap.blocks + 8, CREDITS_NAMES);
}
