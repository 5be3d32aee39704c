/* mkfs/check.h: what the parts of fsck share.
 *
 * The image is a private copy in memory, and each part puts right there what
 * it finds: later parts can rely on what earlier ones have looked at. Only a
 * repair writes the copy back. */
#pragma once

#include <stdbool.h>

#include "abi/fs.h"

/* abi/stat.h has a struct stat of its own. */
enum { DIRECTORY = 1, REGULAR = 2, DEVICE = 3 };

extern uint8 (*blocks)[BLOCK_SIZE];
extern struct superblock *super;

/* Something is wrong, and what a repair does about it. */
void report(const char *remedy, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Memory for the time of a check, cleared. */
void *check_alloc(uint64 count, uint64 size);

struct disk_inode *inode_at(uint32 number);

/* ---- check_map.c: inodes, and the blocks that they have ---- */

/* Every inode makes sense, and no block is in two of them. */
void check_maps(void);

/* Compare the bitmap with the blocks that inodes have. */
void check_bitmap(void);

/* A block that nobody has, cleared, or 0. */
uint32 block_take(void);

/* ---- check_dir.c: names ---- */

/* Every name is a name of something, and everything has the names it should. */
void check_names(void);
