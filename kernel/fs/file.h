/* kernel/fs/file.h: open files: what a descriptor stands for. */
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
	enum file_kind kind; /* [init] this and all below, but offset */
	bool readable;
	bool writable;
	bool append;
	struct inode *ip;            /* NULL for a pipe */
	const struct device *device; /* FILE_DEVICE */
	struct pipe *pipe;           /* FILE_PIPE */
	uint64 offset; /* [ip->lock]; of a device: atomic, next byte to read */
};

/* Open the file at `path` as the O_ flags say. One reference to *out is the
 * caller's. */
int file_open(struct inode *cwd, const char *path, int flags,
	      struct file **out);

/* The two ends of a new pipe: end[0] to read from, end[1] to write to. */
int file_pipe(struct file *end[2]);

/* One more reference; one less. The last one closes the file, which sleeps. */
struct file *file_get(struct file *file);
void file_put(struct file *file);

/* Move bytes from or to the file at its offset, and step forward. Returns the
 * number of bytes, or an error when there are none.
 *
 * A write to a file is one operation of the journal, all or nothing in a power
 * cut, when it fits into one: about 2.9 MiB with 128 MiB of RAM or more and a
 * journal as mkfs makes it, credits_to_bytes() of fs/super.h in general. A
 * longer one is several, between which others may write. */
long file_read(struct file *file, struct uio *dst);
long file_write(struct file *file, struct uio *src);

/* Set the offset, counted from where `whence` says; returns it. -ESPIPE for
 * what has no offset, -EINVAL when it would leave 0 .. FILE_SIZE_MAX. */
long file_seek(struct file *file, long offset, int whence);

/* -EINVAL for a pipe, which has no inode. */
int file_stat(struct file *file, struct stat *st);
