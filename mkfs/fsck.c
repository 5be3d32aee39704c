/* mkfs/fsck.c: is a disk image sound? Nothing is written to it. */
#include "fsck.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "abi/fs.h"

/* abi/stat.h has a struct stat of its own. */
enum { DIRECTORY = 1, REGULAR = 2, DEVICE = 3 };

static uint8 (*blocks)[BLOCK_SIZE]; /* a private copy of the image */
static uint64 nblocks_there;
static const struct superblock *super;
static uint8 *block_is_used; /* by block: some inode has it */
static uint32 *nnames;       /* by inode: entries that name it */
static uint32 *parent;       /* by inode: directory that names it last */
static uint32 nproblems;

static void report(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

static void report(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	putchar('\n');
	nproblems++;
}

static const struct disk_inode *inode_at(uint32 number)
{
	return (const struct disk_inode *)blocks[super->inodes.start] + number;
}

/* ---- the regions ---- */

static bool follows(struct fs_region region, struct fs_region before)
{
	return region.blocks > 0 &&
	       (uint64)region.start == (uint64)before.start + before.blocks;
}

static bool superblock_is_sound(void)
{
	struct fs_region first = { 0, 1 }, end = { super->nblocks, 1 };

	return super->magic == FS_MAGIC && super->version == FS_VERSION &&
	       super->block_size == BLOCK_SIZE &&
	       super->nblocks <= nblocks_there &&
	       follows(super->journal, first) &&
	       follows(super->inodes, super->journal) &&
	       follows(super->bitmap, super->inodes) &&
	       follows(super->data, super->bitmap) &&
	       follows(end, super->data) &&
	       super->bitmap.blocks <= BITMAP_BLOCKS_MAX &&
	       super->bitmap.blocks * BITS_PER_BLOCK >= super->nblocks &&
	       super->ninodes <= super->inodes.blocks * INODES_PER_BLOCK;
}

/* Do in memory what a mount would do on the disk. */
static void replay_journal(void)
{
	uint32 start = super->journal.start;
	const struct journal_header *header = (void *)blocks[start];

	if (header->magic != JOURNAL_MAGIC || header->count == 0 ||
	    header->count >= super->journal.blocks ||
	    header->checksum != journal_checksum(header))
		return;
	for (uint32 i = 0; i < header->count; i++) {
		uint32 home = header->home[i];

		if (home < super->inodes.start || home >= super->nblocks)
			report("journal: slot %u belongs to block %u", i, home);
		else
			memcpy(blocks[home], blocks[start + 1 + i], BLOCK_SIZE);
	}
}

/* ---- files ---- */

/* Note that the inode has the block; false when it cannot have it. */
static bool use_block(uint32 number, uint32 block)
{
	if (block < super->data.start || block >= super->nblocks) {
		report("inode %u: block %u is not for files", number, block);
		return false;
	}
	if (block_is_used[block]) {
		report("inode %u: block %u is in use twice", number, block);
		return false;
	}
	block_is_used[block] = 1;
	return true;
}

/* A block of the file, or a table that leads to `depth` more levels. Returns
 * how many blocks of the file there are up to the last one. */
static uint64 check_tree(uint32 number, uint32 block, int depth)
{
	uint64 each = depth == 2 ? NINDIRECT : 1;
	uint64 end = 0;

	if (block == 0 || !use_block(number, block))
		return 0;
	if (depth == 0)
		return 1;
	const uint32 *table = (const uint32 *)blocks[block];

	for (uint64 i = 0; i < NINDIRECT; i++) {
		uint64 below = check_tree(number, table[i], depth - 1);

		if (below > 0)
			end = i * each + below;
	}
	return end;
}

static void check_map(uint32 number, const struct disk_inode *inode)
{
	uint64 size_blocks = (inode->size + BLOCK_SIZE - 1) / BLOCK_SIZE;
	uint64 end = 0;
	uint64 n;

	for (uint32 i = 0; i < NDIRECT; i++)
		if (check_tree(number, inode->map[i], 0) > 0)
			end = i + 1;
	n = check_tree(number, inode->map[MAP_INDIRECT], 1);
	if (n > 0)
		end = NDIRECT + n;
	n = check_tree(number, inode->map[MAP_DOUBLE], 2);
	if (n > 0)
		end = NDIRECT + NINDIRECT + n;
	if (end > size_blocks)
		report("inode %u: has blocks beyond its size", number);
}

static void check_inode(uint32 number)
{
	const struct disk_inode *inode = inode_at(number);
	uint64 most = inode->type == DIRECTORY ? DIR_SIZE_MAX : FILE_SIZE_MAX;

	if (inode->type == 0)
		return;
	if (inode->type < DIRECTORY || inode->type > DEVICE)
		report("inode %u: type %d", number, inode->type);
	if (inode->nlink < 0)
		report("inode %u: %d links", number, inode->nlink);
	if (inode->size > most)
		report("inode %u: size %lu", number, inode->size);
	else
		check_map(number, inode);
}

/* ---- directories ---- */

/* The block of the file, or NULL for a hole or what check_map() reported. */
static const uint8 *file_block(const struct disk_inode *inode, uint32 index)
{
	uint32 block = 0;

	if (index < NDIRECT) {
		block = inode->map[index];
	} else if (inode->map[MAP_INDIRECT] != 0 &&
		   inode->map[MAP_INDIRECT] < super->nblocks) {
		const uint32 *table =
			(const uint32 *)blocks[inode->map[MAP_INDIRECT]];

		block = table[index - NDIRECT];
	}
	return block == 0 || block >= super->nblocks ? NULL : blocks[block];
}

static void check_entry(uint32 dir, const struct dirent *entry)
{
	int length = (int)strnlen(entry->name, NAME_LEN);

	if (length == 0 || memchr(entry->name, '/', (size_t)length) != NULL)
		report("directory %u: bad name '%.*s'", dir, length,
		       entry->name);
	for (int i = length; i < NAME_LEN; i++)
		if (entry->name[i] != '\0')
			report("directory %u: %.*s: not padded", dir, length,
			       entry->name);
	if (entry->inum >= super->ninodes || inode_at(entry->inum)->type == 0) {
		report("directory %u: %.*s: no inode %u", dir, length,
		       entry->name, entry->inum);
		return;
	}
	nnames[entry->inum]++;
	parent[entry->inum] = dir;
}

/* "." and ".." as entries 0 and 1. Its parent is checked later. */
static void check_dots(uint32 dir, const struct dirent *first)
{
	if (strncmp(first[0].name, ".", NAME_LEN) != 0 || first[0].inum != dir)
		report("directory %u: wrong .", dir);
	if (strncmp(first[1].name, "..", NAME_LEN) != 0)
		report("directory %u: no ..", dir);
}

static void check_directory(uint32 dir)
{
	const struct disk_inode *inode = inode_at(dir);
	const uint64 per_block = BLOCK_SIZE / sizeof(struct dirent);
	uint64 nentries = inode->size / sizeof(struct dirent);

	if (inode->size > DIR_SIZE_MAX || nentries < 2 ||
	    file_block(inode, 0) == NULL) {
		report("directory %u: no . and ..", dir);
		return;
	}
	check_dots(dir, (const struct dirent *)file_block(inode, 0));
	for (uint64 i = 2; i < nentries; i++) {
		const struct dirent *block = (const struct dirent *)file_block(
			inode, (uint32)(i / per_block));

		if (block != NULL && block[i % per_block].inum != 0)
			check_entry(dir, &block[i % per_block]);
	}
}

/* Whether the directory hangs together with the root, and its ".." is right. */
static void check_place(uint32 dir)
{
	const uint8 *first = file_block(inode_at(dir), 0);
	uint32 at = dir;

	if (first != NULL &&
	    ((const struct dirent *)first)[1].inum != parent[dir])
		report("directory %u: wrong ..", dir);
	for (uint32 i = 0; at != ROOT_INUM && i < super->ninodes; i++)
		at = parent[at];
	if (at != ROOT_INUM)
		report("directory %u: not below the root", dir);
}

static void check_names(uint32 number)
{
	const struct disk_inode *inode = inode_at(number);

	/* Without a name and not counting one: freed at the next mount. */
	if (inode->type == 0 || (inode->nlink == 0 && nnames[number] == 0))
		return;
	if ((uint32)inode->nlink != nnames[number])
		report("inode %u: %d links, but %u names", number, inode->nlink,
		       nnames[number]);
	if (inode->type == DIRECTORY && inode->nlink > 1)
		report("directory %u: %d names", number, inode->nlink);
	if (inode->type == DIRECTORY && nnames[number] > 0)
		check_place(number);
}

/* ---- the whole ---- */

static void check_bitmap(void)
{
	const uint8 *bits = blocks[super->bitmap.start];

	for (uint32 block = 0; block < super->nblocks; block++) {
		bool is_marked = bits[block / 8] >> block % 8 & 1;
		bool is_used =
			block < super->data.start || block_is_used[block];

		if (is_marked != is_used)
			report("block %u: %s", block,
			       is_used ? "in use, but marked free"
				       : "marked used, but nobody has it");
	}
}

static void check_all(void)
{
	replay_journal();
	block_is_used = calloc(super->nblocks, sizeof(*block_is_used));
	nnames = calloc(super->ninodes, sizeof(*nnames));
	parent = calloc(super->ninodes, sizeof(*parent));
	if (block_is_used == NULL || nnames == NULL || parent == NULL) {
		report("out of memory");
		return;
	}
	/* The root has the name "/", which is in no directory. */
	nnames[ROOT_INUM] = 1;
	parent[ROOT_INUM] = ROOT_INUM;
	for (uint32 i = ROOT_INUM; i < super->ninodes; i++)
		check_inode(i);
	for (uint32 i = ROOT_INUM; i < super->ninodes; i++)
		if (inode_at(i)->type == DIRECTORY && inode_at(i)->nlink > 0)
			check_directory(i);
	for (uint32 i = ROOT_INUM; i < super->ninodes; i++)
		check_names(i);
	check_bitmap();
	if (inode_at(ROOT_INUM)->type != DIRECTORY)
		report("the root is not a directory");
}

bool fsck(const char *path)
{
	int fd = open(path, O_RDONLY);
	off_t nbytes = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);

	if (nbytes < (off_t)BLOCK_SIZE) {
		printf("%s: cannot be read\n", path);
		return false;
	}
	nblocks_there = (uint64)nbytes / BLOCK_SIZE;
	blocks = mmap(NULL, (size_t)nbytes, PROT_READ | PROT_WRITE, MAP_PRIVATE,
		      fd, 0);
	close(fd);
	if (blocks == MAP_FAILED) {
		printf("%s: cannot be mapped\n", path);
		return false;
	}
	super = (const struct superblock *)blocks[0];
	if (superblock_is_sound())
		check_all();
	else
		report("the superblock is damaged");
	return nproblems == 0;
}
