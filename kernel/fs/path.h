/* kernel/fs/path.h: find the file that a path names.
 *
 * A path that begins with "/" starts at the root, any other path at `cwd`,
 * where NULL means the root. Do not call these within an operation of the
 * journal or with an inode locked. */
#pragma once

#include "abi/fs.h"
#include "lib/types.h"

struct inode;

/* Find the inode; the caller gets a reference. -ENOENT; -ENOTDIR, also if a
 * slash follows the name of something else than a directory; -ENAMETOOLONG,
 * -ENOMEM, -EIO, -EINTR. */
int path_lookup(struct inode *cwd, const char *path, struct inode **out);

/* Find the directory that contains the last part of the path; the caller gets a
 * reference. The last part itself goes into `name`; it is "." if the path is
 * "/". */
int path_parent(struct inode *cwd, const char *path, struct inode **out,
		char name[NAME_LEN + 1]);

/* Whether the path ends in a slash, so that it can only name a directory.
 * Callers of path_parent() must check that themselves. */
bool path_ends_in_slash(const char *path);
