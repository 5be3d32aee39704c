/* mkfs/fsck.c: check that a disk image is sound, and repair it. */
#include "fsck.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "image.h"

#define LINES_MAX 1000

uint8 (*blocks)[BLOCK_SIZE];
struct superblock *super;

static uint64 nbytes_there;
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
	       super->nblocks <= nbytes_there / BLOCK_SIZE &&
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
			report("ignored", "journal: slot %u is for block %u", i,
			       home);
		else
			memcpy(blocks[home], blocks[start + 1 + i], BLOCK_SIZE);
	}
	memset(header, 0, sizeof(*header));
}

/* If an inode beyond the last one is in use, the number of inodes is wrong,
 * because mkfs leaves the rest of the last block zero. */
static void check_ninodes(void)
{
	uint32 room = super->inodes.blocks * INODES_PER_BLOCK;

	for (uint32 i = super->ninodes; i < room && i < INODES_MAX; i++) {
		if (inode_at(i)->type == 0)
			continue;
		report("raised to as many as have room",
		       "superblock: %u inodes, but number %u is in use",
		       super->ninodes, i);
		super->ninodes = room < INODES_MAX ? room : INODES_MAX;
	}
}

/* ---- all checks ---- */

static void check_all(void)
{
	replay_journal();
	check_ninodes();
	check_maps();
	check_names();
	check_bitmap();
}

/* The repair was right if a second check finds nothing. */
static bool is_sound_now(void)
{
	nproblems = 0;
	is_repairing = false;
	check_all();
	return nproblems == 0;
}

static bool write_back(int fd, const void *image)
{
	const uint8 *from = image;

	for (uint64 at = 0; at < nbytes_there;) {
		ssize_t n = pwrite(fd, from + at, nbytes_there - at, (off_t)at);

		if (n <= 0)
			return false;
		at += (uint64)n;
	}
	return fsync(fd) == 0;
}

/* Returns the mode of the file, and the image in `blocks`. */
static mode_t open_image(const char *path, bool repair)
{
	int fd = open(path, repair ? O_RDWR : O_RDONLY);
	struct stat status;

	if (fd < 0 || fstat(fd, &status) != 0)
		die("%s: %m", path);
	if (!S_ISREG(status.st_mode))
		die("%s: not a regular file", path);
	if (status.st_size < (off_t)BLOCK_SIZE)
		die("%s: too short for a disk image", path);
	nbytes_there = (uint64)status.st_size;
	blocks = mmap(NULL, nbytes_there, PROT_READ | PROT_WRITE, MAP_PRIVATE,
		      fd, 0);
	if (blocks == MAP_FAILED)
		die("%s: %m", path);
	close(fd);
	super = (struct superblock *)blocks[0];
	return status.st_mode & 07777;
}

bool fsck(const char *path, bool repair)
{
	mode_t mode = open_image(path, repair);

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
		printf("what is left cannot be repaired: nothing is written\n");
		return false;
	}
	/* If the path is a symbolic link, replace the file and keep the
	 * link. */
	char *file = realpath(path, NULL);

	if (file == NULL)
		die("%s: %m", path);
	replace_file(file, mode, write_back, blocks);
	free(file);
	return true;
}
