/* kernel/fs/dir.h: the names in a directory. */
#pragma once

#include "fs/inode.h"

/* An entry: where it is, and what it says. */
struct dir_entry {
	uint64 offset;
	uint32 number; /* of the inode */
};

/* Find the name. 0, -ENOENT, -EIO. */
int dir_find(struct inode *dir, const char *name, struct dir_entry *entry)
	REQUIRES(dir->lock);

/* The inode that the name stands for, with a reference of the caller's, and its
 * entry. inode_load() comes once the directory is unlocked. -ENOENT also in a
 * directory that has been removed. */
int dir_open(struct inode *dir, const char *name, struct dir_entry *entry,
	     struct inode **out) REQUIRES(dir->lock);

/* Whether there is nothing but "." and "..": 0, -ENOTEMPTY, -EIO. */
int dir_check_empty(struct inode *dir) REQUIRES(dir->lock);

/* Add a name that is not there yet. Within an operation. -ENOSPC, -EIO: nothing
 * was changed. */
int dir_add(struct inode *dir, const char *name, uint32 number)
	REQUIRES(dir->lock);

/* The entry that was found says another number from now on; 0 removes it.
 * Within an operation. */
void dir_set(struct inode *dir, const struct dir_entry *entry, uint32 number)
	REQUIRES(dir->lock);
