/* kernel/fs/fdtable.h: the open files of a process. */
#pragma once

#include "abi/limits.h"
#include "lib/types.h"

struct file;

struct fdtable {
	struct file *file[NOFILE]; /* [self] NULL: free */
	int end;                   /* [self] all from here are free */
};

/* The open file of descriptor fd, or NULL. The table keeps its reference. */
static inline struct file *fd_file(const struct fdtable *table, int fd)
{
	return (uint32)fd < (uint32)table->end ? table->file[fd] : NULL;
}

/* Whether fd_install() would fail. */
bool fd_is_full(const struct fdtable *table);

/* Give the file the lowest free descriptor, which takes over the caller's
 * reference. Returns the descriptor; or -EMFILE, and the caller keeps its
 * reference. */
int fd_install(struct fdtable *table, struct file *file);

/* Remove the file from the table and pass its reference to the caller; NULL if
 * fd is not open. */
struct file *fd_remove(struct fdtable *table, int fd);

/* Add all files of the parent to the empty table `child`, with new
 * references. */
void fdtable_copy(struct fdtable *child, const struct fdtable *parent);

/* Close all files. May sleep. */
void fdtable_close(struct fdtable *table);
