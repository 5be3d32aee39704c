/* kernel/fs/map.c: map the blocks of a file to blocks of the disk.
 *
 * The path to a block has one to three steps. The first step is a slot of the
 * inode, each further one a slot of a "table", a block of block numbers. */
#include "fs/map.h"

#include "abi/errno.h"
#include "fs/alloc.h"
#include "fs/journal.h"
#include "fs/super.h"
#include "lib/string.h"

#define STEPS_MAX 3
#define BATCH 32U /* block numbers kept on the stack */

struct path {
	uint32 steps;
	uint32 slot[STEPS_MAX];
};

/* How far a path leads. */
struct walk {
	uint32 step;  /* the last step */
	uint32 table; /* the table with its slot; 0: the inode */
	uint32 block; /* the number in the slot; 0: the path ends here */
};

static struct path path_to(uint32 index)
{
	if (index < NDIRECT)
		return (struct path){ 1, { index } };
	index -= NDIRECT;
	if (index < NINDIRECT)
		return (struct path){ 2, { MAP_INDIRECT, index } };
	index -= NINDIRECT;
	return (struct path){
		3, { MAP_DOUBLE, index / NINDIRECT, index % NINDIRECT }
	};
}

/* Read slots [first, first + n) of a table. */
static int table_read(uint32 table, uint32 first, uint32 *blocks, uint32 n)
{
	struct buf *buf;

	if (!block_is_data(table))
		return -EIO;
	int error = block_get(table, &buf);

	if (error != 0)
		return error;
	memcpy(blocks, (uint32 *)buf->data + first, n * sizeof(*blocks));
	block_put(buf);
	return 0;
}

static int table_write(uint32 table, uint32 slot, uint32 block)
{
	struct buf *buf;
	int error = block_get(table, &buf);

	if (error != 0)
		return error;
	error = block_own(buf);
	if (error == 0) {
		((uint32 *)buf->data)[slot] = block;
		journal_write(buf);
	}
	block_put(buf);
	return error;
}

static int walk(struct inode *ip, const struct path *path, struct walk *at)
	REQUIRES(ip->lock)
{
	*at = (struct walk){ .block = ip->map[path->slot[0]] };
	while (at->block != 0 && at->step + 1 < path->steps) {
		at->table = at->block;
		at->step++;
		int error = table_read(at->table, path->slot[at->step],
				       &at->block, 1);

		if (error != 0)
			return error;
	}
	return at->block == 0 || block_is_data(at->block) ? 0 : -EIO;
}

int map_find(struct inode *ip, uint32 index, uint32 *block)
{
	struct path path = path_to(index);
	struct walk at;
	int error = walk(ip, &path, &at);

	if (error == 0)
		*block = at.block;
	return error;
}

/* Allocate blocks for the rest of the path. All are allocated before the first
 * one is linked, so that a full disk leaves the file unchanged. */
static int extend(struct inode *ip, const struct path *path, struct walk *at)
	REQUIRES(ip->lock)
{
	uint32 made[STEPS_MAX];
	uint32 n = path->steps - at->step;
	int error = alloc_blocks(made, n);

	if (error != 0)
		return error;
	for (uint32 i = 0; i < n; i++) {
		struct buf *buf;

		error = block_get_zeroed(made[i], &buf);
		if (error != 0)
			goto free;
		if (i + 1 < n)
			((uint32 *)buf->data)[path->slot[at->step + i + 1]] =
				made[i + 1];
		journal_write(buf);
		block_put(buf);
	}
	if (at->table == 0)
		ip->map[path->slot[0]] = made[0];
	else
		error = table_write(at->table, path->slot[at->step], made[0]);
	at->block = made[n - 1];
	if (error == 0)
		return 0;
free:
	free_blocks(made, n);
	return error;
}

int map_make(struct inode *ip, uint32 index, uint32 *block)
{
	struct path path = path_to(index);
	struct walk at;
	int error = walk(ip, &path, &at);

	if (error == 0 && at.block == 0)
		error = extend(ip, &path, &at);
	if (error == 0)
		*block = at.block;
	return error;
}

/* ---- freeing ---- */

/* -EIO if the table cannot be read. An invalid block number is not an error
 * here: no blocks can be lost with it. */
static int check_table(uint32 table)
{
	uint32 slot;

	return block_is_data(table) ? table_read(table, 0, &slot, 1) : 0;
}

static int check_table_of_tables(uint32 table)
{
	uint32 tables[BATCH];
	int error = check_table(table);

	if (error != 0 || !block_is_data(table))
		return error;
	for (uint32 i = 0; i < NINDIRECT && error == 0; i += BATCH) {
		error = table_read(table, i, tables, BATCH);
		for (uint32 j = 0; j < BATCH && error == 0; j++)
			error = check_table(tables[j]);
	}
	return error;
}

int map_check(struct inode *ip)
{
	int error = check_table(ip->map[MAP_INDIRECT]);

	return error != 0 ? error : check_table_of_tables(ip->map[MAP_DOUBLE]);
}

/* Read a part of a table that map_check() has read. If that fails now, the
 * blocks in the table would be lost, so the whole transaction must not reach
 * the disk. */
static int table_read_again(uint32 table, uint32 first, uint32 *blocks,
			    uint32 n)
{
	int error = table_read(table, first, blocks, n);

	if (error != 0 && block_is_data(table))
		journal_fail();
	return error;
}

/* Free a table and the blocks in it. */
static int free_table(uint32 table)
{
	uint32 blocks[BATCH];
	int error = 0;

	for (uint32 i = 0; i < NINDIRECT; i += BATCH) {
		if (table_read_again(table, i, blocks, BATCH) != 0) {
			error = -EIO;
			break;
		}
		if (free_blocks(blocks, BATCH) != 0)
			error = -EIO;
		give_way(); /* continue even if killed, to complete it */
	}
	return free_blocks(&table, 1) != 0 ? -EIO : error;
}

static int free_table_of_tables(uint32 table)
{
	uint32 tables[BATCH];
	int error = 0;

	for (uint32 i = 0; i < NINDIRECT; i += BATCH) {
		if (table_read_again(table, i, tables, BATCH) != 0) {
			error = -EIO;
			break;
		}
		for (uint32 j = 0; j < BATCH; j++)
			if (tables[j] != 0 && free_table(tables[j]) != 0)
				error = -EIO;
	}
	return free_blocks(&table, 1) != 0 ? -EIO : error;
}

int map_clear(struct inode *ip)
{
	int error = free_blocks(ip->map, NDIRECT);

	if (ip->map[MAP_INDIRECT] != 0 &&
	    free_table(ip->map[MAP_INDIRECT]) != 0)
		error = -EIO;
	if (ip->map[MAP_DOUBLE] != 0 &&
	    free_table_of_tables(ip->map[MAP_DOUBLE]) != 0)
		error = -EIO;
	memset(ip->map, 0, sizeof(ip->map));
	return error;
}
