/* kernel/fs/alloc.c: allocate blocks and inodes of the disk.
 *
 * alloc_lock guards the bitmap, the free inodes, and the two hints below. */
#include "fs/alloc.h"

#include "abi/errno.h"
#include "fs/journal.h"
#include "fs/super.h"
#include "lib/panic.h"
#include "lib/string.h"

#define BITS_PER_WORD 64U

static struct sleeplock alloc_lock;

/* Hints: all data blocks and all inodes below these are in use. */
static uint32 lowest_block; /* [alloc_lock] */
static uint32 lowest_inode; /* [alloc_lock] */

void alloc_init(void)
{
	sleeplock_init(&alloc_lock, "alloc");
	lowest_block = super.data.start;
	lowest_inode = ROOT_INUM + 1;
}

/* ---- blocks ---- */

static uint32 bitmap_block(uint32 block)
{
	return super.bitmap.start + block / BITS_PER_BLOCK;
}

/* The index of the first clear bit in [from, end), or `end`. */
static uint32 find_clear_bit(const uint64 *words, uint32 from, uint32 end)
{
	while (from < end) {
		uint64 word = words[from / BITS_PER_WORD];

		if (word == ~0UL)
			from = ROUND_DOWN(from, BITS_PER_WORD) + BITS_PER_WORD;
		else if (word >> from % BITS_PER_WORD & 1)
			from++;
		else
			return from;
	}
	return end;
}

/* Allocate the lowest free block. */
static int take_block(uint32 *block) REQUIRES(alloc_lock)
{
	while (lowest_block < super.nblocks) {
		uint32 base = ROUND_DOWN(lowest_block, BITS_PER_BLOCK);
		uint32 end = MIN(BITS_PER_BLOCK, super.nblocks - base);
		struct buf *buf;
		int error = block_get(bitmap_block(base), &buf);

		if (error != 0)
			return error;
		uint64 *words = buf->data;
		uint32 bit = find_clear_bit(words, lowest_block - base, end);

		lowest_block = base + bit;
		if (bit < end) {
			words[bit / BITS_PER_WORD] |= 1UL
						      << bit % BITS_PER_WORD;
			journal_write(buf);
			*block = lowest_block++;
		}
		block_put(buf);
		if (bit < end)
			return 0;
	}
	return -ENOSPC;
}

static int give_block(uint32 block) REQUIRES(alloc_lock)
{
	struct buf *buf;

	if (!block_is_data(block))
		return -EIO;
	if (block_get(bitmap_block(block), &buf) != 0) {
		journal_fail(); /* otherwise the block would be lost */
		return -EIO;
	}

	uint64 *word =
		(uint64 *)buf->data + block % BITS_PER_BLOCK / BITS_PER_WORD;
	uint64 bit = 1UL << block % BITS_PER_WORD;
	bool was_used = *word & bit;

	if (was_used) {
		*word &= ~bit;
		journal_write(buf);
		lowest_block = MIN(lowest_block, block);
	}
	block_put(buf);
	return was_used ? 0 : -EIO;
}

static int give_blocks(const uint32 *blocks, uint32 n) REQUIRES(alloc_lock)
{
	int error = 0;

	for (uint32 i = 0; i < n; i++)
		if (blocks[i] != 0 && give_block(blocks[i]) != 0)
			error = -EIO;
	return error;
}

static int take_blocks(uint32 *blocks, uint32 n) REQUIRES(alloc_lock)
{
	for (uint32 i = 0; i < n; i++) {
		int error = take_block(&blocks[i]);

		if (error != 0) {
			give_blocks(blocks, i);
			return error;
		}
	}
	return 0;
}

int alloc_blocks(uint32 *blocks, uint32 n)
{
	sleeplock_acquire(&alloc_lock);
	int error = take_blocks(blocks, n);
	sleeplock_release(&alloc_lock);
	return error;
}

int free_blocks(const uint32 *blocks, uint32 n)
{
	sleeplock_acquire(&alloc_lock);
	int error = give_blocks(blocks, n);
	sleeplock_release(&alloc_lock);
	return error;
}

/* ---- inodes ---- */

uint32 inode_block(uint32 number)
{
	return super.inodes.start + number / INODES_PER_BLOCK;
}

struct disk_inode *inode_in_block(void *block, uint32 number)
{
	return (struct disk_inode *)block + number % INODES_PER_BLOCK;
}

/* Allocate an inode in one block of the table, starting at lowest_inode.
 * Returns 0 with the hint at the allocated inode, or -ENOSPC with the hint at
 * the next block. */
static int take_inode_in(struct buf *buf, const struct disk_inode *fresh)
	REQUIRES(alloc_lock)
{
	do {
		struct disk_inode *inode =
			inode_in_block(buf->data, lowest_inode);

		if (inode->type == 0) {
			*inode = *fresh;
			journal_write(buf);
			return 0;
		}
		lowest_inode++;
	} while (lowest_inode % INODES_PER_BLOCK != 0 &&
		 lowest_inode < super.ninodes);
	return -ENOSPC;
}

static int take_inode(const struct disk_inode *fresh) REQUIRES(alloc_lock)
{
	while (lowest_inode < super.ninodes) {
		struct buf *buf;
		int error = block_get(inode_block(lowest_inode), &buf);

		if (error != 0)
			return error;
		error = take_inode_in(buf, fresh);
		block_put(buf);
		if (error == 0)
			return 0;
	}
	return -ENOSPC;
}

int alloc_inode(const struct disk_inode *fresh, uint32 *number)
{
	sleeplock_acquire(&alloc_lock);
	int error = take_inode(fresh);

	if (error == 0)
		*number = lowest_inode++;
	sleeplock_release(&alloc_lock);
	return error;
}

void free_inode(uint32 number)
{
	struct buf *buf;

	sleeplock_acquire(&alloc_lock);
	if (block_get(inode_block(number), &buf) != 0) {
		journal_fail();
	} else {
		*inode_in_block(buf->data, number) = (struct disk_inode){ 0 };
		journal_write(buf);
		block_put(buf);
		lowest_inode = MIN(lowest_inode, number);
	}
	sleeplock_release(&alloc_lock);
}
