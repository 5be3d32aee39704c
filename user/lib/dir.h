/* user/lib/dir.h: reading directories. */
#pragma once

#include <stdbool.h>

#include "abi/fs.h"

struct dir {
	int fd;
	int next, count; /* entries read and not yet used */
	int error;       /* why there were no more; 0: that was all */
	struct dirent entries[32];
	char name[NAME_LEN + 1];
};

/* 0, or -1 with errno set, also for what is no directory. */
int dir_open(struct dir *dir, const char *path);

/* The name of the next entry, valid until the next call, "." and ".." left
 * out; NULL after the last, or for an error. */
const char *dir_next(struct dir *dir);

void dir_close(struct dir *dir);

/* "DIR/NAME" into path[0 .. PATH_LEN - 1]; -1 with ENAMETOOLONG when it does
 * not fit. */
int path_join(char *path, const char *dir, const char *name);

/* The path without the slashes at its end. Returns its length, 0 for the root,
 * or -1 with ENAMETOOLONG. */
long path_trim(char *path, const char *whole);

/* Where a file goes that is put into a directory: DIR and the last name of
 * `from`; -1 with ENAMETOOLONG. */
int path_into(char *path, const char *dir, const char *from);

/* Whether the path names a directory. */
bool is_directory(const char *path);

/* Remove the file, or the directory with all that is in it; 0, or -1 with errno
 * set. */
int remove_tree(const char *path);
