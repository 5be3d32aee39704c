/* kernel/fs/rename.c: give a file another name.
 *
 * rename_lock keeps all directories where they are, so that a rename can check
 * what is above the directory that it moves. */
#include "abi/errno.h"
#include "fs/entry.h"
#include "fs/name.h"
#include "fs/path.h"
#include "fs/super.h"

static struct sleeplock rename_lock;

void name_init(void)
{
	sleeplock_init(&rename_lock, "rename");
}

/* Returns 0 if `dir` is outside the directory `top`, -EINVAL if it is `top` or
 * below. On a damaged disk directories may form a cycle, so take no more steps
 * than there are inodes. */
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
	if (is_dots(from) || is_dots(to))
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

static bool changes_parent(const struct entry *from, const struct entry *to)
{
	return from->ip->type == T_DIR && from->dir != to->dir;
}

/* Do everything that can fail. *dotdot is where a moved directory names its
 * parent. */
static int prepare_locked(struct entry *from, struct entry *to,
			  struct dir_entry *dotdot) UNCHECKED_LOCKING
{
	int error = entry_check(from);

	if (error != 0)
		return error;
	error = entry_check(to);
	if (error != 0)
		return error;
	if (to->ip != NULL && to->ip->type == T_DIR) {
		error = dir_check_empty(to->ip);
		if (error != 0)
			return error;
	}
	if (changes_parent(from, to) && dir_find(from->ip, "..", dotdot) != 0)
		return -EIO;
	return to->ip != NULL ? 0
			      : dir_add(to->dir, to->name, from->ip->number);
}

static int rename_locked(struct entry *from, struct entry *to) UNCHECKED_LOCKING
{
	struct dir_entry dotdot;
	int error = prepare_locked(from, to, &dotdot);

	if (error != 0)
		return error;
	if (to->ip != NULL) {
		dir_set(to->dir, &to->place, from->ip->number);
		entry_count(to->ip, -1);
	}
	dir_set(from->dir, &from->place, 0);
	if (changes_parent(from, to))
		dir_set(from->ip, &dotdot, to->dir->number);
	return 0;
}

static int rename_at(struct entry *from, struct entry *to)
{
	struct inode *set[] = { from->dir, from->ip, to->dir, to->ip };
	int error = check_rename(from, to);

	if (error != 0 || from->ip == to->ip)
		return error;
	error = entry_begin(set, ARRAY_LEN(set));
	if (error != 0)
		return error;
	error = rename_locked(from, to);
	entry_end(set, ARRAY_LEN(set));
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
	int error = sleeplock_acquire_killable(&rename_lock);

	if (error != 0)
		return error;
	error = STALE;
	for (int i = 0; i < TRIES_MAX && error == STALE; i++)
		error = rename_once(cwd, old, fresh);
	sleeplock_release(&rename_lock);
	return error == STALE ? -EBUSY : error;
}
