/* mkfs/image.c: build a file system in memory. */
#include "image.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/stat.h"

static struct superblock *super; /* block 0 */
static uint8 (*blocks)[BLOCK_SIZE];
static uint32 next_block; /* all blocks before it are in use */
static uint32 next_inode;

/* ---- blocks and inodes ---- */

static uint32 block_alloc(void)
{
	if (next_block == super->nblocks)
		die("the files do not fit into %u blocks (-b)", super->nblocks);
	return next_block++;
}

static struct disk_inode *inode_at(uint32 number)
{
	return (struct disk_inode *)blocks[super->inodes.start] + number;
}

static uint32 inode_make(int16 type)
{
	if (next_inode == super->ninodes)
		die("the files need more than %u inodes (-i)", super->ninodes);
	inode_at(next_inode)->type = type;
	inode_at(next_inode)->nlink = 1;
	return next_inode++;
}

/* The slot's block. It is allocated if there is none. */
static uint32 follow(uint32 *slot)
{
	if (*slot == 0)
		*slot = block_alloc();
	return *slot;
}

static uint32 follow_table(uint32 *slot, uint32 index)
{
	return follow((uint32 *)blocks[follow(slot)] + index);
}

/* Block `index` of the file. It is allocated if there is none. */
static uint8 *file_block(struct disk_inode *inode, uint32 index)
{
	uint32 *map = inode->map;

	if (index < NDIRECT)
		return blocks[follow(&map[index])];
	index -= NDIRECT;
	if (index < NINDIRECT)
		return blocks[follow_table(&map[MAP_INDIRECT], index)];
	index -= NINDIRECT;
	uint32 *tables = (uint32 *)blocks[follow(&map[MAP_DOUBLE])];

	return blocks[follow_table(&tables[index / NINDIRECT],
				   index % NINDIRECT)];
}

/* ---- directories ---- */

static struct dirent *dirent_at(struct disk_inode *dir, uint64 offset)
{
	return (struct dirent *)(file_block(dir, offset / BLOCK_SIZE) +
				 offset % BLOCK_SIZE);
}

/* The inode of that name, or 0. */
static uint32 dir_find(uint32 dir, const char *name)
{
	struct disk_inode *inode = inode_at(dir);

	for (uint64 at = 0; at < inode->size; at += sizeof(struct dirent)) {
		struct dirent *entry = dirent_at(inode, at);

		if (strncmp(entry->name, name, NAME_LEN) == 0)
			return entry->inum;
	}
	return 0;
}

static void dir_add(uint32 dir, const char *name, uint32 number)
{
	struct disk_inode *inode = inode_at(dir);

	if (inode->size == DIR_SIZE_MAX)
		die("too many files in one directory: %s", name);
	struct dirent *entry = dirent_at(inode, inode->size);

	entry->inum = number;
	memcpy(entry->name, name, strlen(name));
	inode->size += sizeof(*entry);
}

static uint32 dir_make(uint32 parent)
{
	uint32 dir = inode_make(T_DIR);

	dir_add(dir, ".", dir);
	dir_add(dir, "..", parent == 0 ? dir : parent);
	return dir;
}

/* ---- paths ---- */

/* Copy the next part of *path to `name`, and move *path past it. Returns false
 * at the end. */
static bool next_part(const char **path, char name[NAME_LEN + 1])
{
	const char *start = *path + strspn(*path, "/");
	size_t n = strcspn(start, "/");

	if (n > NAME_LEN)
		die("%.*s: a name has at most %d bytes", (int)n, start,
		    NAME_LEN);
	memcpy(name, start, n);
	name[n] = '\0';
	*path = start + n;
	return n > 0;
}

/* The directory of that name in `dir`. It is made if there is none. */
static uint32 enter(uint32 dir, const char *name, const char *path)
{
	uint32 next = dir_find(dir, name);

	if (next == 0) {
		next = dir_make(dir);
		dir_add(dir, name, next);
	}
	if (inode_at(next)->type != T_DIR)
		die("%s: %s is not a directory", path, name);
	return next;
}

static uint32 add(const char *path, int16 type)
{
	char name[NAME_LEN + 1], following[NAME_LEN + 1];
	const char *rest = path;
	uint32 dir = ROOT_INUM;

	if (!next_part(&rest, name))
		die("%s: no name", path);
	for (; next_part(&rest, following); strcpy(name, following))
		dir = enter(dir, name, path);
	if (dir_find(dir, name) != 0)
		die("%s: already exists", path);
	uint32 number = inode_make(type);

	dir_add(dir, name, number);
	return number;
}

void image_add_directory(const char *path)
{
	char name[NAME_LEN + 1];
	const char *rest = path;
	uint32 dir = ROOT_INUM;

	while (next_part(&rest, name))
		dir = enter(dir, name, path);
}

void image_add_file(const char *path, const char *host_path)
{
	FILE *host = fopen(host_path, "rb");
	uint8 bytes[BLOCK_SIZE];
	uint32 index = 0;
	size_t n;

	if (host == NULL)
		die("%s: %m", host_path);
	struct disk_inode *inode = inode_at(add(path, T_FILE));

	for (; (n = fread(bytes, 1, sizeof(bytes), host)) > 0; index++) {
		if (index == FILE_BLOCKS_MAX)
			die("%s: too large", host_path);
		memcpy(file_block(inode, index), bytes, n);
		inode->size += n;
	}
	if (ferror(host))
		die("%s: %m", host_path);
	fclose(host);
}

void image_add_device(const char *path, uint16 major, uint16 minor)
{
	struct disk_inode *inode = inode_at(add(path, T_DEVICE));

	inode->major = major;
	inode->minor = minor;
}

/* ---- the whole image ---- */

static struct fs_region region_after(struct fs_region before, uint32 nblocks)
{
	return (struct fs_region){ before.start + before.blocks, nblocks };
}

static uint32 divide_up(uint32 n, uint32 unit)
{
	return (n + unit - 1) / unit;
}

void image_init(uint32 nblocks, uint32 ninodes, uint32 journal_blocks)
{
	struct fs_region first = { .start = 0, .blocks = 1 };
	uint32 bitmap_blocks = divide_up(nblocks, BITS_PER_BLOCK);

	if (nblocks > NBLOCKS_MAX)
		die("-b: at most %u blocks", NBLOCKS_MAX);
	if (ninodes <= ROOT_INUM || ninodes > INODES_MAX)
		die("-i: %u to %u inodes", ROOT_INUM + 1, INODES_MAX);
	if (journal_blocks < JOURNAL_BLOCKS_MIN ||
	    journal_blocks > 1 + JOURNAL_SLOTS_MAX)
		die("-j: %u to %u blocks", JOURNAL_BLOCKS_MIN,
		    1 + JOURNAL_SLOTS_MAX);
	uint32 inode_blocks = divide_up(ninodes, INODES_PER_BLOCK);
	uint32 meta = 1 + journal_blocks + inode_blocks + bitmap_blocks;

	if (nblocks <= meta)
		die("-b: more than %u blocks are needed", meta);
	blocks = calloc(nblocks, BLOCK_SIZE);
	if (blocks == NULL)
		die("out of memory");
	super = (struct superblock *)blocks[0];
	super->magic = FS_MAGIC;
	super->version = FS_VERSION;
	super->block_size = BLOCK_SIZE;
	super->nblocks = nblocks;
	super->ninodes = ninodes;
	super->journal = region_after(first, journal_blocks);
	super->inodes = region_after(super->journal, inode_blocks);
	super->bitmap = region_after(super->inodes, bitmap_blocks);
	super->data = region_after(super->bitmap, nblocks - meta);
	next_block = super->data.start;
	next_inode = ROOT_INUM;
	dir_make(0);
}

struct image image_finish(void)
{
	uint8 *bits = blocks[super->bitmap.start];

	for (uint32 block = 0; block < next_block; block++)
		bits[block / 8] |= (uint8)(1 << block % 8);
	return (struct image){ super, blocks, next_block };
}
