/* kernel/fs/name.h: giving, taking and changing the names of files.
 *
 * Each of these is one operation of the journal: after a power cut it has
 * happened or it has not. Paths are as in fs/path.h. */
#pragma once

#include "abi/types.h"

struct inode;

void name_init(void);

/* Make an empty file, a directory or a device; *out comes with a reference of
 * the caller's. -EEXIST, -ENOSPC, and the errors of path_parent(). */
int name_create(struct inode *cwd, const char *path, int16 type, uint16 major,
		uint16 minor, struct inode **out);

/* One more name, `fresh`, for the file at `old`. -EPERM for a directory,
 * -EMLINK. */
int name_link(struct inode *cwd, const char *old, const char *fresh);

/* Take the name away. A directory must be empty (-ENOTEMPTY); -EINVAL for "."
 * and "..". */
int name_unlink(struct inode *cwd, const char *path);

/* The file at `old` is called `fresh` instead. What was there before loses that
 * name: a file, or an empty directory, as the one at `old` is. -EINVAL when a
 * directory would get below itself. */
int name_rename(struct inode *cwd, const char *old, const char *fresh);
