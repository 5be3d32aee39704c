/* kernel/fs/synth.h: files on no disk: their bytes are made up when read.
 *
 * Their inodes have the numbers from SYNTH_TOP on, which is a directory; a
 * device file of major DEV_SYNTH leads there. It may have directories, they
 * have none. Nothing of it can be changed. */
#pragma once

#include "fs/dir.h"

#define SYNTH_TOP (1U << 31)

/* The part of a file, at most a page, that a read is about. */
struct window {
	char *page;
	uint64 start, end;
};

struct synth {
	int (*type)(uint32 number); /* T_DIR, T_FILE; 0 when it is gone */
	/* The number of what has the name in a directory; 0: nothing. */
	uint32 (*find)(uint32 dir, const char *name);
	/* Fill the page; w->start may be lowered, to where a record begins.
	 * Returns the bytes, 0 at the end of the file, or an error. */
	long (*fill)(uint32 number, struct window *w);
};

/* [init] The files from now on. */
void synth_register(const struct synth *files);

static inline bool is_synth(const struct inode *ip)
{
	return ip->number >= SYNTH_TOP;
}

/* What load_locked(), dir_find() and inode_read() do for other inodes. */
int synth_load(struct inode *ip) REQUIRES(ip->lock);
int synth_find(uint32 dir, const char *name, struct dir_entry *entry);
long synth_read(const struct inode *ip, struct uio *dst, uint64 offset);
