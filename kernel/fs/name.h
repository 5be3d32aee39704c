/* kernel/fs/name.h: create, link, unlink and rename files.
 *
 * Each of these is one operation of the journal: a power cut leaves all or
 * nothing of it. Paths are as in fs/path.h, and its errors are possible here
 * too. */
#pragma once

#include "abi/types.h"

struct inode;

void name_init(void); /* [init] */

/* Create an empty file, a directory or a device. The caller gets a reference to
 * *out. -EEXIST, -ENOSPC. */
int name_create(struct inode *cwd, const char *path, int16 type, uint16 major,
		uint16 minor, struct inode **out);

/* Give the file `old` the additional name `fresh`. -EPERM for a directory;
 * -EEXIST, -EMLINK. */
int name_link(struct inode *cwd, const char *old, const char *fresh);

/* Remove the name. A directory must be empty (-ENOTEMPTY); -EINVAL for "." and
 * "..". */
int name_unlink(struct inode *cwd, const char *path);

/* Change the name of the file `old` to `fresh`. If `fresh` exists, it is
 * replaced: a file by a file, or an empty directory by a directory. -EINVAL if
 * a directory would become its own descendant. */
int name_rename(struct inode *cwd, const char *old, const char *fresh);
