/* kernel/fs/dir.h: the entries of a directory. */
#pragma once

#include "fs/inode.h"

/* The place and the contents of an entry. */
struct dir_entry {
	uint64 offset;
	uint32 number; /* of the inode */
};

/* Find the entry with that name. Returns 0, -ENOENT, -EIO or -EINTR. */
int dir_find(struct inode *dir, const char *name, struct dir_entry *entry)
	REQUIRES(dir->lock);

/* Find the entry with that name, and get its inode with a reference for the
 * caller. The caller must inode_load() it after unlocking the directory.
 * -ENOENT also if the directory has been removed. */
int dir_open(struct inode *dir, const char *name, struct dir_entry *entry,
	     struct inode **out) REQUIRES(dir->lock);

/* Returns 0 if there are only "." and "..", otherwise -ENOTEMPTY; -EIO,
 * -EINTR. */
int dir_check_empty(struct inode *dir) REQUIRES(dir->lock);

/* Add a name that does not exist yet. Only within an operation. After -ENOSPC,
 * -EIO or -EINTR nothing has changed. */
int dir_add(struct inode *dir, const char *name, uint32 number)
	REQUIRES(dir->lock);

/* Change the inode number in an entry that was found; 0 removes the entry. Only
 * within an operation. */
void dir_set(struct inode *dir, const struct dir_entry *entry, uint32 number)
	REQUIRES(dir->lock);
