/* kernel/fs/name.c: create, link and unlink names of files. */
#include "fs/name.h"

#include "abi/errno.h"
#include "fs/entry.h"
#include "fs/journal.h"
#include "fs/path.h"
#include "fs/super.h"

/* Look the path up and change what was found. Start again if the name was
 * STALE; meanwhile the process can be killed in entry_open(). */
static int change_entry(struct inode *cwd, const char *path,
			int (*change)(struct entry *entry, void *arg),
			void *arg)
{
	struct entry entry;

	for (int i = 0; i < TRIES_MAX; i++) {
		int error = entry_open(cwd, path, &entry);

		if (error != 0)
			return error;
		error = change(&entry, arg);
		entry_close(&entry);
		if (error != STALE)
			return error;
	}
	return -EBUSY;
}

/* ---- create ---- */

struct creation {
	int16 type;
	uint16 major, minor;
	struct inode *made;
};

/* Write "." and ".." into a new directory. */
static int fill_directory(struct inode *ip, uint32 parent) REQUIRES(ip->lock)
{
	int error = dir_add(ip, ".", ip->number);

	return error != 0 ? error : dir_add(ip, "..", parent);
}

static int give_name(struct entry *entry, struct inode *ip) UNCHECKED_LOCKING
{
	int error = entry_check(entry);

	if (error != 0)
		return error;
	if (ip->type == T_DIR) {
		error = fill_directory(ip, entry->dir->number);
		if (error != 0)
			return error;
	}
	error = dir_add(entry->dir, entry->name, ip->number);
	if (error != 0)
		return error;
	entry_count(ip, 1);
	return 0;
}

/* The inode is created first, because its number decides when to lock it. */
static int create_in_operation(struct entry *entry, struct creation *new)
{
	struct inode *ip;
	int error = inode_alloc(new->type, new->major, new->minor, &ip);

	if (error != 0)
		return error;
	new->made = ip;

	struct inode *set[] = { entry->dir, ip };

	error = inode_lock_all(set, ARRAY_LEN(set));
	if (error != 0)
		return error;
	error = give_name(entry, ip);
	inode_unlock_all(set, ARRAY_LEN(set));
	return error;
}

static int create(struct entry *entry, void *arg)
{
	struct creation *new = arg;

	if (entry->ip != NULL)
		return -EEXIST;
	if (entry->has_slash && new->type != T_DIR)
		return -EISDIR;
	int error = journal_begin(CREDITS_NAMES);

	if (error != 0)
		return error;
	new->made = NULL;
	error = create_in_operation(entry, new);
	journal_end(CREDITS_NAMES);
	if (error != 0 && new->made != NULL)
		inode_put(new->made); /* frees it, since it has no name */
	return error;
}

int name_create(struct inode *cwd, const char *path, int16 type, uint16 major,
		uint16 minor, struct inode **out)
{
	struct creation new = { type, major, minor, NULL };
	int error = change_entry(cwd, path, create, &new);

	if (error == 0)
		*out = new.made;
	return error;
}

/* ---- link and unlink ---- */

static int add_link_locked(struct entry *entry,
			   struct inode *ip) UNCHECKED_LOCKING
{
	int error = entry_check(entry);

	if (error != 0)
		return error;
	if (ip->nlink == 0)
		return -ENOENT; /* its last name has been removed meanwhile */
	if (ip->nlink == NLINK_MAX)
		return -EMLINK;
	error = dir_add(entry->dir, entry->name, ip->number);
	if (error != 0)
		return error;
	entry_count(ip, 1);
	return 0;
}

static int add_link(struct entry *entry, void *arg)
{
	struct inode *ip = arg;
	struct inode *set[] = { entry->dir, ip };

	if (entry->ip != NULL)
		return -EEXIST;
	if (entry->has_slash)
		return -ENOENT;
	int error = entry_begin(set, ARRAY_LEN(set));

	if (error != 0)
		return error;
	error = add_link_locked(entry, ip);
	entry_end(set, ARRAY_LEN(set));
	return error;
}

int name_link(struct inode *cwd, const char *old, const char *fresh)
{
	struct inode *ip;
	int error = path_lookup(cwd, old, &ip);

	if (error != 0)
		return error;
	if (ip->type == T_DIR || is_synth(ip))
		error = -EPERM;
	else
		error = change_entry(cwd, fresh, add_link, ip);
	inode_put(ip);
	return error;
}

static int unlink_locked(struct entry *entry) UNCHECKED_LOCKING
{
	int error = entry_check(entry);

	if (error != 0)
		return error;
	if (entry->ip->type == T_DIR) {
		error = dir_check_empty(entry->ip);
		if (error != 0)
			return error;
	}
	dir_set(entry->dir, &entry->place, 0);
	entry_count(entry->ip, -1);
	return 0;
}

static int unlink(struct entry *entry, void *arg)
{
	struct inode *set[] = { entry->dir, entry->ip };

	(void)arg;
	if (is_dots(entry))
		return -EINVAL;
	if (entry->ip == NULL)
		return -ENOENT;
	int error = entry_begin(set, ARRAY_LEN(set));

	if (error != 0)
		return error;
	error = unlink_locked(entry);
	entry_end(set, ARRAY_LEN(set));
	return error;
}

int name_unlink(struct inode *cwd, const char *path)
{
	return change_entry(cwd, path, unlink, NULL);
}
