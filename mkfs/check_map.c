/* mkfs/check_map.c: check inodes and their blocks.
 *
 * If several files claim a block, it is copied, so that no file loses bytes
 * because another one is damaged. All claims are counted before anything is
 * changed. All files but the last get a copy, and the last gets the block
 * itself, with the bytes that were found there: a damaged file may use the data
 * of another file as a table of blocks, and change it. */
#include <string.h>

#include "check.h"

static uint32 *claims;    /* by block: the claims that are still to come */
static uint8 *is_used;    /* by block: it belongs to an inode */
static uint32 next_block; /* no data block before this one is free */

static bool is_data(uint32 block)
{
	return block >= super->data.start && block < super->nblocks;
}

uint32 block_take(void)
{
	for (; next_block < super->nblocks; next_block++) {
		if (is_used[next_block] || claims[next_block] > 0)
			continue;
		memset(blocks[next_block], 0, BLOCK_SIZE);
		is_used[next_block] = 1;
		return next_block++;
	}
	return 0;
}

/* ---- the blocks of a file ---- */

/* A place that holds the number of a data block, or of a table with `depth`
 * levels below it. */
struct slot {
	uint32 number; /* the inode */
	uint32 *block; /* the slot itself */
	int depth;
	uint64 first; /* the first block of the file that it leads to */
};

static uint64 blocks_of(const struct disk_inode *inode)
{
	uint64 most = inode->type == DIRECTORY ? DIR_SIZE_MAX : FILE_SIZE_MAX;
	uint64 size = inode->size < most ? inode->size : most;

	return (size + BLOCK_SIZE - 1) / BLOCK_SIZE;
}

/* Call `visit` for each slot of the inode. */
static void each_slot(uint32 number, void (*visit)(struct slot slot))
{
	uint32 *map = inode_at(number)->map;

	for (uint32 i = 0; i < NDIRECT; i++)
		visit((struct slot){ number, &map[i], 0, i });
	visit((struct slot){ number, &map[MAP_INDIRECT], 1, NDIRECT });
	visit((struct slot){ number, &map[MAP_DOUBLE], 2,
			     NDIRECT + NINDIRECT });
}

static void each_below(struct slot slot, void (*visit)(struct slot slot))
{
	uint64 each = slot.depth == 2 ? NINDIRECT : 1;
	uint32 *table = (uint32 *)blocks[*slot.block];

	for (uint64 i = 0; slot.depth > 0 && i < NINDIRECT; i++)
		visit((struct slot){ slot.number, &table[i], slot.depth - 1,
				     slot.first + i * each });
}

/* True if the slot may stay as it is. The answer is the same in both passes. */
static bool is_possible(struct slot slot)
{
	return is_data(*slot.block) &&
	       slot.first < blocks_of(inode_at(slot.number));
}

static void count_claims(struct slot slot)
{
	if (!is_possible(slot))
		return;
	claims[*slot.block]++;
	each_below(slot, count_claims);
}

/* Give the slot a copy of its block. */
static void copy_block(struct slot slot)
{
	uint32 twice = *slot.block;
	uint32 copy = block_take();

	claims[twice]--;
	report(copy != 0 ? "copied" : "no room for a copy: dropped",
	       "inode %u: block %u is in use twice", slot.number, twice);
	if (copy != 0)
		memcpy(blocks[copy], blocks[twice], BLOCK_SIZE);
	*slot.block = copy;
}

static void check_slot(struct slot slot)
{
	if (*slot.block == 0)
		return;
	if (!is_data(*slot.block)) {
		report("dropped", "inode %u: block %u is not a data block",
		       slot.number, *slot.block);
		*slot.block = 0;
	} else if (!is_possible(slot)) {
		report("dropped", "inode %u: block %u is beyond its size",
		       slot.number, *slot.block);
		*slot.block = 0;
	} else if (claims[*slot.block] > 1) {
		copy_block(slot);
	} else {
		claims[*slot.block] = 0;
		is_used[*slot.block] = 1;
	}
	if (*slot.block != 0)
		each_below(slot, check_slot);
}

/* ---- inodes ---- */

static void check_type(uint32 number)
{
	struct disk_inode *inode = inode_at(number);

	if (inode->type < 0 || inode->type > DEVICE) {
		report("freed", "inode %u: type %d", number, inode->type);
		memset(inode, 0, sizeof(*inode));
	}
	if (inode->nlink < 0) {
		report("counted", "inode %u: %d links", number, inode->nlink);
		inode->nlink = 1;
	}
	if (number == ROOT_INUM && inode->type != DIRECTORY) {
		report("replaced", "the root is not a directory");
		*inode = (struct disk_inode){ .type = DIRECTORY, .nlink = 1 };
	}
	if (number == ROOT_INUM && inode->nlink == 0) {
		report("counted", "the root has no links");
		inode->nlink = 1;
	}
}

static uint64 last_seen;

static void note_last(struct slot slot)
{
	if (*slot.block == 0)
		return;
	last_seen = slot.first + 1; /* even if it is an empty table */
	each_below(slot, note_last);
}

static void check_size(uint32 number)
{
	struct disk_inode *inode = inode_at(number);
	uint64 most = inode->type == DIRECTORY ? DIR_SIZE_MAX : FILE_SIZE_MAX;

	if (inode->size > most) {
		report("ends with its last block", "inode %u: size %lu", number,
		       inode->size);
		last_seen = 0;
		each_slot(number, note_last);
		inode->size = last_seen * BLOCK_SIZE;
	}
	if (inode->type == DIRECTORY &&
	    inode->size % sizeof(struct dirent) != 0) {
		report("cut off", "directory %u: half an entry at its end",
		       number);
		inode->size -= inode->size % sizeof(struct dirent);
	}
}

void check_maps(void)
{
	claims = check_alloc(super->nblocks, sizeof(*claims));
	is_used = check_alloc(super->nblocks, sizeof(*is_used));
	next_block = super->data.start;
	for (uint32 i = ROOT_INUM; i < super->ninodes; i++)
		check_type(i);
	for (uint32 i = ROOT_INUM; i < super->ninodes; i++)
		if (inode_at(i)->type != 0)
			each_slot(i, count_claims);
	for (uint32 i = ROOT_INUM; i < super->ninodes; i++) {
		if (inode_at(i)->type == 0)
			continue;
		each_slot(i, check_slot);
		check_size(i);
	}
}

void check_bitmap(void)
{
	uint8 *bits = blocks[super->bitmap.start];

	for (uint32 block = 0; block < super->nblocks; block++) {
		uint8 bit = (uint8)(1 << block % 8);
		bool is_marked = bits[block / 8] & bit;
		bool should_be = block < super->data.start || is_used[block];

		if (is_marked == should_be)
			continue;
		report("mark corrected", "block %u: %s", block,
		       should_be ? "in use, but marked free"
				 : "unused, but marked used");
		bits[block / 8] ^= bit;
	}
}
