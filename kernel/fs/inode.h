/* kernel/fs/inode.h: files by number.
 *
 * Order of locks, outermost first:
 *     rename_lock (fs/name.c), journal operation (fs/journal.h),
 *     inode locks in ascending order of number, alloc_lock (fs/alloc.c),
 *     one buffer (fs/block.h), spinlocks. */
#pragma once

#include "abi/fs.h"
#include "abi/stat.h"
#include "lib/list.h"
#include "mm/uio.h"
#include "proc/sleeplock.h"

/* Files on no disk: what is in them is made up when it is read, and nothing of
 * it can be changed. They have the numbers from SYNTH_TOP on, which is a
 * directory; a device file of major DEV_SYNTH leads there. */
#define SYNTH_TOP (1U << 31)
#define SYNTH_STEP 8 /* a directory's number is a multiple, a file's is not */

struct synth {
	/* The number of what has the name in a directory; 0: nothing. */
	uint32 (*find)(uint32 dir, const char *name);
	/* As inode_read(). */
	long (*read)(uint32 number, struct uio *dst, uint64 offset);
};

extern const struct synth *synth; /* [init] */

struct inode {
	uint32 number;    /* [init] */
	uint32 refs;      /* [inodes.lock] */
	struct list link; /* [inodes.lock] in the hash table */
	struct sleeplock lock;
	bool loaded; /* [lock] the fields below are those of the disk */

	/* Constant while there is a reference. */
	int16 type;
	uint16 major;
	uint16 minor;

	/* [lock] */
	int16 nlink;
	uint64 size;
	uint32 map[NDIRECT + 2];
};

static inline bool is_synth(const struct inode *ip)
{
	return ip->number >= SYNTH_TOP;
}

/* Start with no inode in memory. */
void inode_init(void);

/* The inode of that number with one more reference, read from the disk. -EIO
 * when the disk fails or the inode is free or damaged; -ENOMEM. */
int inode_open(uint32 number, struct inode **out);

/* Its halves. Who has a directory locked may do the first only: others may have
 * the inode locked and wait for the directory. Until the second has been done
 * there is nothing in the inode; it takes the reference back when it fails. */
int inode_find(uint32 number, struct inode **out);
int inode_load_first(struct inode *ip);

/* Without the lock where it is not needed: a loaded inode stays so while there
 * is a reference. */
static inline int inode_load(struct inode *ip)
{
	if (likely(__atomic_load_n(&ip->loaded, __ATOMIC_ACQUIRE)))
		return 0;
	return inode_load_first(ip);
}

/* One more reference. */
struct inode *inode_get(struct inode *ip);

/* Drop a reference. The last one to a file without names frees it on the disk:
 * an operation of the journal, so not to be called within one, nor with an
 * inode locked. */
void inode_put(struct inode *ip);

void inode_lock(struct inode *ip) ACQUIRES(ip->lock);
void inode_unlock(struct inode *ip) RELEASES(ip->lock);

/* All in set[0 .. n - 1] that are not NULL, each once, in the right order. The
 * set is sorted on the way. */
void inode_lock_all(struct inode **set, uint32 n);
void inode_unlock_all(struct inode **set, uint32 n);

/* A free inode becomes one of that type, empty and with nlink 0: until it gets
 * a name, inode_put() frees it again. Within an operation. -ENOSPC, -ENOMEM or
 * -EIO. */
int inode_alloc(int16 type, uint16 major, uint16 minor, struct inode **out);

/* The changed fields go into the running operation. */
void inode_update(struct inode *ip) REQUIRES(ip->lock);

/* Fill *st. Locks the inode. */
void inode_stat(struct inode *ip, struct stat *st) EXCLUDES(ip->lock);

/* Bytes from `offset` on, up to uio->left; fewer at the end of the file or when
 * something fails on the way. Returns the number of bytes, or an error when
 * there are none. Not for devices. */
long inode_read(struct inode *ip, struct uio *dst, uint64 offset)
	REQUIRES(ip->lock);

/* The same towards the file, which grows; a gap before `offset` reads as zeros.
 * Within an operation whose credits suffice for the bytes
 * (fs/super.h). -ENOSPC, -EFBIG, -EFAULT, -EIO. */
long inode_write(struct inode *ip, struct uio *src, uint64 offset)
	REQUIRES(ip->lock);

/* Free all of the file's blocks; its size becomes 0. Within an operation. -EIO
 * if the disk cannot be read to find the blocks, and then nothing has changed,
 * or if the file is damaged, and then it is empty all the same. */
int inode_truncate(struct inode *ip) REQUIRES(ip->lock);
