/* kernel/fs/entry.c: a name in a directory that is about to change. */
#include "fs/entry.h"

#include "abi/errno.h"
#include "fs/journal.h"
#include "fs/path.h"
#include "fs/super.h"

void entry_close(struct entry *entry)
{
	inode_put(entry->dir);
	if (entry->ip != NULL)
		inode_put(entry->ip);
}

/* Find what the name refers to: entry->ip, or NULL if it does not exist. */
static int find_inode(struct entry *entry)
{
	struct inode *ip;
	int error = inode_lock_killable(entry->dir);

	if (error != 0)
		return error;
	error = dir_open(entry->dir, entry->name, &entry->place, &ip);
	inode_unlock(entry->dir);
	if (error == -ENOENT)
		return 0;
	if (error != 0)
		return error;
	error = inode_load(ip); /* drops the reference if it fails */
	if (error == 0)
		entry->ip = ip;
	return error;
}

/* Whether the name may be changed at all. */
static int check_kind(const struct entry *entry)
{
	const struct inode *ip = entry->ip;

	if (is_synth(entry->dir))
		return -EPERM;
	if (ip == NULL)
		return 0;
	/* No directory has a name for the root, unless the disk is damaged. */
	if (ip->number == ROOT_INUM && !is_dots(entry))
		return -EIO;
	return entry->has_slash && ip->type != T_DIR ? -ENOTDIR : 0;
}

int entry_open(struct inode *cwd, const char *path, struct entry *entry)
{
	int error = path_parent(cwd, path, &entry->dir, entry->name);

	if (error != 0)
		return error;
	entry->ip = NULL;
	entry->has_slash = path_ends_in_slash(path);
	error = find_inode(entry);
	if (error != 0)
		goto close;
	error = check_kind(entry);
	if (error != 0)
		goto close;
	return 0;

close:
	entry_close(entry);
	return error;
}

int entry_check(struct entry *entry) UNCHECKED_LOCKING
{
	if (entry->dir->nlink == 0)
		return -ENOENT;
	int error = dir_find(entry->dir, entry->name, &entry->place);

	if (error == -ENOENT)
		return entry->ip == NULL ? 0 : STALE;
	if (error != 0)
		return error;
	if (entry->ip == NULL || entry->ip->number != entry->place.number)
		return STALE;
	return entry->ip->nlink > 0 ? 0 : -EIO;
}

int entry_begin(struct inode **set, uint32 n)
{
	int error = journal_begin(CREDITS_NAMES);

	if (error != 0)
		return error;
	error = inode_lock_all(set, n);
	if (error != 0)
		journal_end(CREDITS_NAMES);
	return error;
}

void entry_end(struct inode **set, uint32 n)
{
	inode_unlock_all(set, n);
	journal_end(CREDITS_NAMES);
}

void entry_count(struct inode *ip, int16 change)
{
	ip->nlink += change;
	inode_update(ip);
}
