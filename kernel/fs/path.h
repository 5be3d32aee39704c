/* kernel/fs/path.h: from a path to the file that it names.
 *
 * A path that starts with "/" starts at the root, any other one at `cwd`; NULL
 * stands for the root. Not to be called within an operation of the journal, nor
 * with an inode locked. */
#pragma once

#include "abi/fs.h"
#include "lib/types.h"

struct inode;

/* The inode, with a reference that the caller owns. -ENOENT, -ENOTDIR (also if
 * a slash follows a name that is not a directory's), -ENAMETOOLONG, -ENOMEM,
 * -EIO. */
int path_lookup(struct inode *cwd, const char *path, struct inode **out);

/* The directory in which the last part of the path is to be found, with a
 * reference of the caller's, and that part itself with a NUL. It is "." when
 * the path is "/". */
int path_parent(struct inode *cwd, const char *path, struct inode **out,
		char name[NAME_LEN + 1]);

/* Whether the last part of the path can only name a directory. path_parent()
 * leaves it to its caller to check that it does. */
bool path_ends_in_slash(const char *path);
