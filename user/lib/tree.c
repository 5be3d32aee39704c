/* user/lib/tree.c: remove a directory with everything in it. */

#include "dir.h"
#include "print.h"
#include "string.h"
#include "sys.h"

/* Append "/NAME" to the path. Returns the old length, or -1. */
static long path_push(char *path, const char *name)
{
	size_t length = strlen(path);
	char longer[PATH_LEN];

	if (path_join(longer, path, name) < 0)
		return -1;
	strcpy(path, longer);
	return (long)length;
}

/* Append the first name in the directory to its path. Returns the old length, 0
 * for an empty directory, or -1 for an error. */
static long path_push_first(char *path)
{
	struct dir dir;
	long length = 0;

	if (dir_open(&dir, path) < 0)
		return -1;

	const char *name = dir_next(&dir);

	if (name != NULL)
		length = path_push(path, name);
	dir_close(&dir);
	if (dir.error != 0) {
		errno = dir.error;
		return -1;
	}
	return length;
}

/* Whether the path ends with a name other than "." and "..". Those cannot be
 * removed, so nothing below them must be removed either. */
static bool has_own_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash != NULL ? slash + 1 : path;

	return strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

/* The directory at `path` is so deep that the paths of its entries are too
 * long. Move it up, to an unused name in the directory path[0 .. top - 1], and
 * update `path`. */
static int move_up(char *path, long top)
{
	char up[PATH_LEN];

	for (int i = 0;; i++) {
		int length =
			snprintf(up, sizeof(up), "%.*s/%d", (int)top, path, i);

		if ((size_t)length >= strlen(path)) {
			errno = ENAMETOOLONG;
			return -1;
		}
		if (rename(path, up) == 0) {
			strcpy(path, up);
			return 0;
		}
		if (errno != ENOTEMPTY && errno != ENOTDIR)
			return -1;
	}
}

/* In each turn, go down to the first entry, or remove a file or an empty
 * directory. So the depth of the tree costs no memory. */
int remove_tree(const char *top_path)
{
	char path[PATH_LEN];
	long top = path_trim(path, top_path);

	if (top <= 0)
		return unlink(top_path);
	if (!has_own_name(path)) {
		errno = EINVAL;
		return -1;
	}
	for (;;) {
		long length = is_directory(path) ? path_push_first(path) : 0;

		if (length < 0 && errno == ENAMETOOLONG &&
		    move_up(path, top) == 0)
			continue;
		if (length < 0)
			return -1;
		if (length > 0)
			continue;
		if (unlink(path) < 0)
			return -1;
		if ((long)strlen(path) == top)
			return 0;
		*strrchr(path, '/') = '\0';
	}
}
