/* kernel/fs/name.c: giving, taking and changing the names of files.
 *
 * A change needs locks on up to four inodes, which are known only after the
 * names were looked up, and must be taken in the order of their numbers. So:
 * look up with one lock at a time, take all locks, and see whether the names
 * still say the same. When they do not, start again.
 *
 * rename_lock keeps every directory where it is while a rename looks at what
 * is above it. */
#include "fs/name.h"

#include "abi/errno.h"
#include "fs/dir.h"
#include "fs/journal.h"
#include "fs/path.h"
#include "fs/super.h"
#include "lib/string.h"

#define STALE 1 /* somebody was faster: look it up again */

/* A name in a directory, and what it stands for. */
struct entry {
	struct inode *dir;
	struct inode *ip; /* NULL: nothing has the name */
	struct dir_entry place;
	bool has_slash; /* a slash follows: must be a directory */
	char name[NAME_LEN + 1];
};

static struct sleeplock rename_lock;

void name_init(void)
{
	sleeplock_init(&rename_lock, "rename");
}

static bool is_dots(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static void entry_close(struct entry *entry)
{
	inode_put(entry->dir);
	if (entry->ip != NULL)
		inode_put(entry->ip);
}

/* No reference is left when it fails. */
static int load_entry(struct entry *entry)
{
	int error = inode_load(entry->ip);

	if (error != 0)
		entry->ip = NULL;
	return error;
}

static int entry_open(struct inode *cwd, const char *path, struct entry *entry)
{
	int error = path_parent(cwd, path, &entry->dir, entry->name);

	if (error != 0)
		return error;
	entry->ip = NULL;
	inode_lock(entry->dir);
	error = dir_open(entry->dir, entry->name, &entry->place, &entry->ip);
	inode_unlock(entry->dir);
	if (error == 0)
		error = load_entry(entry);
	else if (error == -ENOENT)
		error = 0;
	/* The root has no name in any directory, unless the disk is damaged. */
	if (error == 0 && entry->ip != NULL && entry->ip->number == ROOT_INUM &&
	    !is_dots(entry->name))
		error = -EIO;
	if (error == 0 && is_synth(entry->dir))
		error = -EPERM;
	entry->has_slash = path_ends_in_slash(path);
	if (error == 0 && entry->has_slash && entry->ip != NULL &&
	    entry->ip->type != T_DIR)
		error = -ENOTDIR;
	if (error != 0)
		entry_close(entry);
	return error;
}

/* With all locks: is everything as it was found? 0, STALE or an error. */
static int entry_check(struct entry *entry) UNCHECKED_LOCKING
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

/* Look the path up and change what was found; again when it was STALE. */
static int change_entry(struct inode *cwd, const char *path,
			int (*change)(struct entry *entry, void *arg),
			void *arg)
{
	struct entry entry;
	int error;

	do {
		error = entry_open(cwd, path, &entry);
		if (error != 0)
			return error;
		error = change(&entry, arg);
		entry_close(&entry);
	} while (error == STALE);
	return error;
}

static int begin_locked(struct inode **set, uint32 n)
{
	int error = journal_begin(CREDITS_NAMES);

	if (error == 0)
		inode_lock_all(set, n);
	return error;
}

static void end_locked(struct inode **set, uint32 n)
{
	inode_unlock_all(set, n);
	journal_end(CREDITS_NAMES);
}

/* The inode has one name more, or less. */
static void count_name(struct inode *ip, int16 change) REQUIRES(ip->lock)
{
	ip->nlink += change;
	inode_update(ip);
}

/* ---- create ---- */

struct creation {
	int16 type;
	uint16 major, minor;
	struct inode *made;
};

static int fill_directory(struct inode *ip, uint32 parent) REQUIRES(ip->lock)
{
	int error = dir_add(ip, ".", ip->number);

	return error != 0 ? error : dir_add(ip, "..", parent);
}

/* The inode is made first, since its number says when to lock it. */
static int create_locked(struct entry *entry,
			 struct inode *ip) UNCHECKED_LOCKING
{
	struct inode *set[] = { entry->dir, ip };

	inode_lock_all(set, ARRAY_LEN(set));
	int error = entry_check(entry);

	if (error == 0 && ip->type == T_DIR)
		error = fill_directory(ip, entry->dir->number);
	if (error == 0)
		error = dir_add(entry->dir, entry->name, ip->number);
	if (error == 0)
		count_name(ip, 1);
	inode_unlock_all(set, ARRAY_LEN(set));
	return error;
}

static int create(struct entry *entry, void *arg)
{
	struct creation *new = arg;
	struct inode *ip = NULL;

	if (entry->ip != NULL)
		return -EEXIST;
	if (entry->has_slash && new->type != T_DIR)
		return -EISDIR;
	int error = journal_begin(CREDITS_NAMES);

	if (error != 0)
		return error;
	error = inode_alloc(new->type, new->major, new->minor, &ip);
	if (error == 0)
		error = create_locked(entry, ip);
	journal_end(CREDITS_NAMES);
	if (error == 0)
		new->made = ip;
	else if (ip != NULL)
		inode_put(ip);
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

static int add_link(struct entry *entry, void *arg) UNCHECKED_LOCKING
{
	struct inode *ip = arg;
	struct inode *set[] = { entry->dir, ip };

	if (entry->ip != NULL)
		return -EEXIST;
	if (entry->has_slash)
		return -ENOENT;
	int error = begin_locked(set, ARRAY_LEN(set));

	if (error != 0)
		return error;
	error = entry_check(entry);
	if (error == 0 && ip->nlink == 0)
		error = -ENOENT; /* its last name went meanwhile */
	if (error == 0 && ip->nlink == NLINK_MAX)
		error = -EMLINK;
	if (error == 0)
		error = dir_add(entry->dir, entry->name, ip->number);
	if (error == 0)
		count_name(ip, 1);
	end_locked(set, ARRAY_LEN(set));
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

static int unlink(struct entry *entry, void *arg) UNCHECKED_LOCKING
{
	struct inode *set[] = { entry->dir, entry->ip };

	(void)arg;
	if (is_dots(entry->name))
		return -EINVAL;
	if (entry->ip == NULL)
		return -ENOENT;
	int error = begin_locked(set, ARRAY_LEN(set));

	if (error != 0)
		return error;
	error = entry_check(entry);
	if (error == 0 && entry->ip->type == T_DIR)
		error = dir_check_empty(entry->ip);
	if (error == 0) {
		dir_set(entry->dir, &entry->place, 0);
		count_name(entry->ip, -1);
	}
	end_locked(set, ARRAY_LEN(set));
	return error;
}

int name_unlink(struct inode *cwd, const char *path)
{
	return change_entry(cwd, path, unlink, NULL);
}

/* ---- rename ---- */

/* -EINVAL when `dir` is `top` or below it. A damaged disk may have directories
 * that are above each other: no more steps than there are inodes. */
static int check_not_below(struct inode *top, struct inode *dir)
{
	struct inode *at = inode_get(dir);
	int error = -EIO;

	for (uint32 i = 0; i < super.ninodes; i++) {
		struct inode *up;

		if (at == top || at->number == ROOT_INUM) {
			error = at == top ? -EINVAL : 0;
			break;
		}
		error = path_lookup(at, "..", &up);
		if (error != 0)
			break;
		inode_put(at);
		at = up;
		error = -EIO;
	}
	inode_put(at);
	return error;
}

static int check_rename(struct entry *from, struct entry *to)
{
	if (is_dots(from->name) || is_dots(to->name))
		return -EINVAL;
	if (from->ip == NULL)
		return -ENOENT;
	bool onto_directory = to->ip != NULL && to->ip->type == T_DIR;

	if (from->ip->type != T_DIR && to->has_slash && to->ip == NULL)
		return -ENOTDIR;
	if (from->ip->type != T_DIR)
		return onto_directory ? -EISDIR : 0;
	if (to->ip != NULL && !onto_directory)
		return -ENOTDIR;
	return check_not_below(from->ip, to->dir);
}

/* Everything that can fail comes before the first change. */
static int rename_locked(struct entry *from, struct entry *to) UNCHECKED_LOCKING
{
	struct inode *moved = from->ip;
	struct inode *replaced = to->ip;
	bool parent_changes = moved->type == T_DIR && from->dir != to->dir;
	struct dir_entry dotdot;
	int error = entry_check(from);

	if (error == 0)
		error = entry_check(to);
	if (error == 0 && replaced != NULL && replaced->type == T_DIR)
		error = dir_check_empty(replaced);
	if (error == 0 && parent_changes && dir_find(moved, "..", &dotdot) != 0)
		error = -EIO;
	if (error == 0 && replaced == NULL)
		error = dir_add(to->dir, to->name, moved->number);
	if (error != 0)
		return error;

	if (replaced != NULL) {
		dir_set(to->dir, &to->place, moved->number);
		count_name(replaced, -1);
	}
	dir_set(from->dir, &from->place, 0);
	if (parent_changes)
		dir_set(moved, &dotdot, to->dir->number);
	return 0;
}

static int rename_at(struct entry *from, struct entry *to)
{
	struct inode *set[] = { from->dir, from->ip, to->dir, to->ip };
	int error = check_rename(from, to);

	if (error != 0 || from->ip == to->ip)
		return error;
	error = begin_locked(set, ARRAY_LEN(set));
	if (error != 0)
		return error;
	error = rename_locked(from, to);
	end_locked(set, ARRAY_LEN(set));
	return error;
}

static int rename_once(struct inode *cwd, const char *old, const char *fresh)
{
	struct entry from, to;
	int error = entry_open(cwd, old, &from);

	if (error != 0)
		return error;
	error = entry_open(cwd, fresh, &to);
	if (error == 0) {
		error = rename_at(&from, &to);
		entry_close(&to);
	}
	entry_close(&from);
	return error;
}

int name_rename(struct inode *cwd, const char *old, const char *fresh)
{
	int error;

	sleeplock_acquire(&rename_lock);
	do
		error = rename_once(cwd, old, fresh);
	while (error == STALE);
	sleeplock_release(&rename_lock);
	return error;
}
