/* kernel/fs/synth.c: files on no disk.
 *
 * A read has a frame filled and copies from there, so that no spinlock is held
 * across a copy to a program. */
#include "fs/synth.h"

#include "abi/errno.h"
#include "lib/string.h"
#include "mm/frame.h"

static const struct synth *synth; /* [init] */

void synth_register(const struct synth *files)
{
	synth = files;
}

int synth_load(struct inode *ip)
{
	ip->type = (int16)synth->type(ip->number);
	ip->nlink = 1;
	return ip->type == 0 ? -ENOENT : 0;
}

int synth_find(uint32 dir, const char *name, struct dir_entry *entry)
{
	if (strcmp(name, ".") == 0)
		entry->number = dir;
	else if (strcmp(name, "..") == 0)
		entry->number = dir == SYNTH_TOP ? ROOT_INUM : SYNTH_TOP;
	else
		entry->number = synth->find(dir, name);
	/* Its inode may have outlived it. */
	if (entry->number >= SYNTH_TOP && synth->type(entry->number) == 0)
		return -ENOENT;
	return entry->number == 0 ? -ENOENT : 0;
}

long synth_read(const struct inode *ip, struct uio *dst, uint64 offset)
{
	struct window w = { kalloc(), offset, offset + dst->left };

	if (w.page == NULL)
		return -ENOMEM;
	long n = synth->fill(ip->number, &w);
	uint64 skip = offset - w.start;

	if (n > 0) {
		n = MIN(MAX(n - (long)skip, 0), (long)dst->left);
		if (uio_put(dst, w.page + skip, (uint64)n) != 0)
			n = -EFAULT;
	}
	kfree(w.page);
	return n;
}
