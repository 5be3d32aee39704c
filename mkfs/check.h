/* mkfs/check.h: declarations for all parts of fsck.
 *
 * fsck works on a private copy of the image in memory. Each part repairs there
 * what it finds, so that later parts can rely on what earlier ones have
 * checked. Only with -y is the copy written back. */
#pragma once

#include <stdbool.h>

#include "abi/fs.h"

/* The types of an inode. abi/stat.h cannot be included, since its struct stat
 * clashes with the host's. */
enum { DIRECTORY = 1, REGULAR = 2, DEVICE = 3 };

extern uint8 (*blocks)[BLOCK_SIZE];
extern struct superblock *super;

/* Report a fault, and how a repair treats it. */
void report(const char *remedy, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Cleared memory that lasts until the end of the check. */
void *check_alloc(uint64 count, uint64 size);

struct disk_inode *inode_at(uint32 number);

/* ---- check_map.c: inodes and their blocks ---- */

/* Check that every inode is valid, and that no block belongs to two of them. */
void check_maps(void);

/* Compare the bitmap with the blocks of the inodes. */
void check_bitmap(void);

/* Returns an unused block, cleared, or 0 if there is none. */
uint32 block_take(void);

/* ---- check_dir.c: names ---- */

/* Check that every name belongs to an inode, and that every inode in use has
 * its names. */
void check_names(void);
