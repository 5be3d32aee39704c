/* kernel/fs/entry.h: a name in a directory that is about to change.
 *
 * A change needs locks on up to four inodes. They must be taken in the order of
 * the inodes' numbers, which are known only after the names have been looked
 * up. So look the names up with one lock at a time, take all locks, and check
 * that the names still refer to the same inodes. If they do not, start again;
 * after TRIES_MAX times give up with -EBUSY. */
#pragma once

#include "fs/dir.h"

#define STALE 1        /* the name has changed since it was looked up */
#define TRIES_MAX 1000 /* lookups for one change; each takes microseconds */

struct entry {
	struct inode *dir;
	struct inode *ip; /* NULL if the name does not exist */
	struct dir_entry place;
	bool has_slash; /* the path ends in a slash: only a directory will do */
	char name[NAME_LEN + 1];
};

/* Look the path up. Returns 0 or an error; a name that does not exist is not an
 * error. entry_close() drops the references. */
int entry_open(struct inode *cwd, const char *path, struct entry *entry);
void entry_close(struct entry *entry);

/* Check that the name still refers to the same inode. The caller holds the
 * locks of the directory and, if there is one, of the inode. Returns 0, STALE
 * or an error. */
int entry_check(struct entry *entry);

/* Begin an operation of the journal that changes names, and lock the inodes of
 * the set. Returns 0, -EIO or -EINTR. */
int entry_begin(struct inode **set, uint32 n);
void entry_end(struct inode **set, uint32 n);

/* Add `change` to the number of names of the inode. */
void entry_count(struct inode *ip, int16 change) REQUIRES(ip->lock);

static inline bool is_dots(const struct entry *entry)
{
	const char *name = entry->name;

	return name[0] == '.' &&
	       (name[1] == '\0' || (name[1] == '.' && name[2] == '\0'));
}
