/* kernel/fs/super.h: the superblock, and the numbers of blocks that operations
 * change. */
#pragma once

#include "abi/fs.h"
#include "lib/types.h"

extern struct superblock super; /* [init] as read from the disk, checked */

/* Whether the block can be part of a file. */
static inline bool block_is_data(uint32 block)
{
	return block >= super.data.start && block < super.nblocks;
}

/* Credits (fs/journal.h) of an operation that changes names. The most is for a
 * rename or a mkdir: a directory that grows (its block, its block of block
 * numbers, two blocks of the bitmap, its inode), a block of another directory,
 * "..", and three inodes. */
#define CREDITS_NAMES 12

/* Credits to free an inode and all of its blocks, wherever they are. */
static inline uint32 credits_free(void)
{
	return super.bitmap.blocks + 1;
}

/* Credits to write that many bytes: their blocks, the block where the file has
 * ended, the blocks of block numbers, the bitmap, and the inode. */
static inline uint32 credits_write(uint64 nbytes)
{
	uint64 nblocks = nbytes / BLOCK_SIZE + 3;
	uint64 nmaps = nblocks / NINDIRECT + 3;

	return (uint32)(nblocks + nmaps + super.bitmap.blocks + 1);
}

/* The number of bytes that one can write with so many credits: the inverse of
 * credits_write(). */
static inline uint64 credits_to_bytes(uint32 credits)
{
	uint64 nblocks = credits - credits / NINDIRECT - super.bitmap.blocks;

	return (nblocks - 7) * BLOCK_SIZE;
}

/* The file system cannot work with fewer credits. */
static inline uint32 credits_least(void)
{
	return MAX(super.bitmap.blocks + 8, CREDITS_NAMES);
}
