/* mkfs/fsck.c: is a disk image sound, and can it be made so? */
#include "fsck.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"
#include "image.h"

#define LINES_MAX 1000

uint8 (*blocks)[BLOCK_SIZE];
struct superblock *super;

static uint64 nblocks_there;
static uint64 nproblems;
static bool is_repairing;

void report(const char *remedy, const char *fmt, ...)
{
	va_list args;

	if (nproblems++ >= LINES_MAX)
		return;
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	printf(is_repairing ? ": %s\n" : "\n", remedy);
}

void *check_alloc(uint64 count, uint64 size)
{
	void *memory = calloc(count + 1, size);

	if (memory == NULL)
		die("out of memory");
	return memory;
}

struct disk_inode *inode_at(uint32 number)
{
	return (struct disk_inode *)blocks[super->inodes.start] + number;
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
	       super->journal.blocks >= JOURNAL_BLOCKS_MIN &&
	       super->journal.blocks <= 1 + JOURNAL_SLOTS_MAX &&
	       super->ninodes > ROOT_INUM && super->ninodes <= INODES_MAX &&
	       super->ninodes <= super->inodes.blocks * INODES_PER_BLOCK;
}

/* Do what a mount would do. */
static void replay_journal(void)
{
	uint32 start = super->journal.start;
	struct journal_header *header = (void *)blocks[start];

	if (header->magic != JOURNAL_MAGIC || header->count == 0 ||
	    header->count >= super->journal.blocks ||
	    header->checksum != journal_checksum(header))
		return;
	for (uint32 i = 0; i < header->count; i++) {
		uint32 home = header->home[i];

		if (home < super->inodes.start || home >= super->nblocks)
			report("left out", "journal: slot %u is for block %u",
			       i, home);
		else
			memcpy(blocks[home], blocks[start + 1 + i], BLOCK_SIZE);
	}
	memset(header, 0, sizeof(*header));
}

/* When one is in use behind the last inode, it is their number that is wrong:
 * mkfs leaves the rest of the last block zero. */
static void check_ninodes(void)
{
	uint32 room = super->inodes.blocks * INODES_PER_BLOCK;

	for (uint32 i = super->ninodes; i < room && i < INODES_MAX; i++) {
		if (inode_at(i)->type == 0)
			continue;
		report("as many as there is room for",
		       "superblock: %u inodes, but number %u is in use",
		       super->ninodes, i);
		super->ninodes = room < INODES_MAX ? room : INODES_MAX;
	}
}

/* ---- the whole ---- */

static void check_all(void)
{
	replay_journal();
	check_ninodes();
	check_maps();
	check_names();
	check_bitmap();
}

/* What the last check changed is right if another one finds nothing. */
static bool is_sound_now(void)
{
	nproblems = 0;
	is_repairing = false;
	check_all();
	return nproblems == 0;
}

static bool write_back(int fd)
{
	uint64 left = nblocks_there * BLOCK_SIZE;
	const uint8 *from = blocks[0];

	for (off_t at = 0; left > 0;) {
		ssize_t n = pwrite(fd, from + at, left, at);

		if (n <= 0)
			return false;
		at += n;
		left -= (uint64)n;
	}
	return fsync(fd) == 0;
}

/* Returns the descriptor, and the image in `blocks`. */
static int open_image(const char *path, bool repair)
{
	int fd = open(path, repair ? O_RDWR : O_RDONLY);
	off_t nbytes = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);

	if (nbytes < 0)
		die("%s: %m", path);
	if (nbytes < (off_t)BLOCK_SIZE)
		die("%s: too short for a disk image", path);
	nblocks_there = (uint64)nbytes / BLOCK_SIZE;
	blocks = mmap(NULL, (size_t)nbytes, PROT_READ | PROT_WRITE, MAP_PRIVATE,
		      fd, 0);
	if (blocks == MAP_FAILED)
		die("%s: %m", path);
	super = (struct superblock *)blocks[0];
	return fd;
}

bool fsck(const char *path, bool repair)
{
	int fd = open_image(path, repair);

	is_repairing = repair;
	if (!superblock_is_sound()) {
		report("cannot be repaired", "the superblock is damaged");
		return false;
	}
	check_all();
	if (nproblems > LINES_MAX)
		printf("and %lu more\n", nproblems - LINES_MAX);
	if (!repair || nproblems == 0)
		return nproblems == 0;
	if (!is_sound_now()) {
		printf("what is left cannot be repaired\n");
		return false;
	}
	if (!write_back(fd))
		die("%s: %m", path);
	return true;
}
