/* user/lib/dir.h: read directories. */
#pragma once

#include <stdbool.h>

#include "abi/fs.h"

struct dir {
	int fd;
	int next, count; /* the unused entries: next .. count - 1 */
	int error;       /* why dir_next() returned NULL; 0: the end */
	struct dirent entries[32];
	char name[NAME_LEN + 1];
};

/* Open a directory. Returns 0, or -1 with errno set. */
int dir_open(struct dir *dir, const char *path);

/* The name of the next entry except "." and "..", valid until the next call;
 * NULL at the end or after an error. */
const char *dir_next(struct dir *dir);

void dir_close(struct dir *dir);

/* Write "DIR/NAME" to path[0 .. PATH_LEN - 1]. Returns 0, or -1 with
 * ENAMETOOLONG. */
int path_join(char *path, const char *dir, const char *name);

/* Copy a path without the slashes at its end. Returns the length, which is 0
 * for the root, or -1 with ENAMETOOLONG. */
long path_trim(char *path, const char *whole);

/* The path of the file `from` after it has been copied or moved into `dir`: DIR
 * and the last part of `from`. Returns 0, or -1 with ENAMETOOLONG. */
int path_into(char *path, const char *dir, const char *from);

/* Whether the path names a directory. */
bool is_directory(const char *path);

/* Remove a file, or a directory with everything in it. Returns 0, or -1 with
 * errno set. */
int remove_tree(const char *path);
