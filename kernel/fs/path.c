/* kernel/fs/path.c: find the file that a path names.
 *
 * Only one directory is locked at a time. */
#include "fs/path.h"

#include "abi/errno.h"
#include "dev/device.h"
#include "fs/dir.h"
#include "lib/string.h"

/* Copy the next part of the path and move past it. Returns its length; 0 at the
 * end of the path; or -ENAMETOOLONG. */
static int next_part(const char **path, char name[NAME_LEN + 1])
{
	const char *s = *path;
	int n = 0;

	while (*s == '/')
		s++;
	for (; *s != '\0' && *s != '/'; s++) {
		if (n == NAME_LEN)
			return -ENAMETOOLONG;
		name[n++] = *s;
	}
	name[n] = '\0';
	*path = s;
	return n;
}

static bool has_more(const char *path)
{
	while (*path == '/')
		path++;
	return *path != '\0';
}

bool path_ends_in_slash(const char *path)
{
	return *path != '\0' && path[strlen(path) - 1] == '/';
}

/* The inode where the path starts. A process that repeats a lookup because
 * others keep changing the path can be killed here. */
static int start_of(struct inode *cwd, const char *path, struct inode **out)
{
	int error = give_way();

	if (error != 0)
		return error;
	if (*path == '\0')
		return -ENOENT;
	if (*path == '/' || cwd == NULL)
		return inode_open(ROOT_INUM, out);
	*out = inode_get(cwd);
	return 0;
}

/* Replace a device file of major number DEV_SYNTH by its directory. */
static int enter_synth(struct inode **at)
{
	struct inode *device = *at, *top;

	if (device->type != T_DEVICE || device->major != DEV_SYNTH)
		return 0;
	int error = inode_open(SYNTH_TOP, &top);

	if (error != 0)
		return error;
	inode_put(device);
	*at = top;
	return 0;
}

/* Go from the directory *at to its entry with that name. */
static int descend(struct inode **at, const char *name)
{
	struct inode *dir = *at;
	struct inode *next;
	struct dir_entry entry;

	if (dir->type != T_DIR)
		return -ENOTDIR;
	int error = inode_lock_killable(dir);

	if (error != 0)
		return error;
	error = dir_open(dir, name, &entry, &next);
	inode_unlock(dir);
	if (error != 0)
		return error;
	error = inode_load(next);
	if (error != 0)
		return error;
	inode_put(dir);
	*at = next;
	error = enter_synth(at);
	return error != 0 ? error : give_way();
}

/* Follow the path to its end if `all` is set, or else to the directory of its
 * last part, which goes into `name` and is empty for "/". */
static int follow(struct inode *cwd, const char *path, bool all,
		  struct inode **out, char name[NAME_LEN + 1])
{
	struct inode *at;
	int error = start_of(cwd, path, &at);

	if (error != 0)
		return error;
	int n = next_part(&path, name);

	while (n > 0 && (all || has_more(path))) {
		error = descend(&at, name);
		n = error != 0 ? error : next_part(&path, name);
	}
	if (n == 0 && path[-1] == '/' && at->type != T_DIR)
		n = -ENOTDIR;
	if (n < 0)
		inode_put(at);
	else
		*out = at;
	return MIN(n, 0);
}

int path_lookup(struct inode *cwd, const char *path, struct inode **out)
{
	char name[NAME_LEN + 1];

	return follow(cwd, path, true, out, name);
}

int path_parent(struct inode *cwd, const char *path, struct inode **out,
		char name[NAME_LEN + 1])
{
	struct inode *dir;
	int error = follow(cwd, path, false, &dir, name);

	if (error != 0)
		return error;
	if (dir->type != T_DIR) {
		inode_put(dir);
		return -ENOTDIR;
	}
	if (name[0] == '\0')
		strlcpy(name, ".", NAME_LEN + 1);
	*out = dir;
	return 0;
}
