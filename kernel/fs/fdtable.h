/* kernel/fs/fdtable.h: the open files of a process. */
#pragma once

#include "abi/limits.h"
#include "lib/types.h"

struct file;

struct fdtable {
	struct file *file[NOFILE]; /* [self] NULL: free */
	int end;                   /* [self] all from here on are free */
};

/* The open file behind fd, still the table's; NULL when there is none. */
static inline struct file *fd_file(const struct fdtable *table, int fd)
{
	return (uint32)fd < (uint32)table->end ? table->file[fd] : NULL;
}

/* Whether fd_install() would fail. */
bool fd_is_full(const struct fdtable *table);

/* The lowest free descriptor takes over the caller's reference to `file`.
 * Returns it, or -EMFILE: then the caller still has the reference. */
int fd_install(struct fdtable *table, struct file *file);

/* Take the file out of the table; the reference is the caller's now. NULL when
 * there is none. */
struct file *fd_remove(struct fdtable *table, int fd);

/* `child`, empty so far, gets a reference to each of the parent's files. */
void fdtable_copy(struct fdtable *child, const struct fdtable *parent);

/* Close them all. Sleeps. */
void fdtable_close(struct fdtable *table);
