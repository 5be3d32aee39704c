/* kernel/fs/file.h: open files. */
#pragma once

#include "abi/stat.h"
#include "lib/types.h"
#include "mm/uio.h"

struct device;
struct inode;
struct pipe;

enum file_kind {
	FILE_INODE, /* a file or a directory */
	FILE_DEVICE,
	FILE_PIPE,
};

struct file {
	uint32 refs;         /* atomic */
	enum file_kind kind; /* [init], like all below except offset */
	bool readable;
	bool writable;
	bool append;
	struct inode *ip;            /* NULL for a pipe */
	const struct device *device; /* FILE_DEVICE */
	struct pipe *pipe;           /* FILE_PIPE */
	uint64 offset; /* [ip->lock]; of a device: atomic, for reads only */
};

/* Open the file at `path` according to the O_ flags. The caller gets a
 * reference to *out. */
int file_open(struct inode *cwd, const char *path, int flags,
	      struct file **out);

/* Create a pipe: end[0] is for reading, end[1] for writing. */
int file_pipe(struct file *end[2]);

/* Add or drop a reference. Dropping the last one closes the file, and may
 * sleep. */
struct file *file_get(struct file *file);
void file_put(struct file *file);

/* Read or write at the file's offset, and advance the offset. Returns the
 * number of bytes, or an error if there are none.
 *
 * A write to a file is one operation of the journal if it fits: a power cut
 * leaves all or nothing of it. The limit is about 2.9 MiB with 128 MiB of RAM
 * or more and the default journal of mkfs; in general see credits_to_bytes() in
 * fs/super.h. A longer write is several operations, between which others may
 * write. */
long file_read(struct file *file, struct uio *dst);
long file_write(struct file *file, struct uio *src);

/* Set the offset, relative to what `whence` selects, and return it. -ESPIPE for
 * a pipe or a device; -EINVAL if it would be outside 0 .. FILE_SIZE_MAX. */
long file_seek(struct file *file, long offset, int whence);

/* Fill *st. -EINVAL for a pipe, which has no inode. */
int file_stat(struct file *file, struct stat *st);
