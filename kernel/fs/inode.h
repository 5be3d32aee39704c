/* kernel/fs/inode.h: files by number.
 *
 * Lock order, outermost first:
 *     rename_lock (fs/rename.c), journal operation (fs/journal.h),
 *     inode locks in ascending order of number, alloc_lock (fs/alloc.c),
 *     one buffer (fs/block.h), spinlocks. */
#pragma once

#include "abi/fs.h"
#include "abi/stat.h"
#include "lib/list.h"
#include "mm/uio.h"
#include "proc/sleeplock.h"

/* Synthetic files are not on the disk: their contents are generated when they
 * are read, and nothing can be changed. Their numbers start at SYNTH_TOP, which
 * is the top directory; a device file with major number DEV_SYNTH leads to
 * it. */
#define SYNTH_TOP (1U << 31)
#define SYNTH_STEP 8 /* numbers of directories are multiples of this */

struct buf;

struct synth {
	/* The number of the file with that name in a directory, or 0. */
	uint32 (*find)(uint32 dir, const char *name);
	/* Like inode_read(). */
	long (*read)(uint32 number, struct uio *dst, uint64 offset);
};

extern const struct synth *synth; /* [init] */

struct inode {
	uint32 number;    /* [init] */
	uint32 refs;      /* [inodes.lock] */
	struct list link; /* [inodes.lock] in the hash table */
	uint32 runs;      /* atomic; processes whose program it is */
	uint32 shared;    /* atomic; mappings that processes share */
	uint32 stores;    /* atomic; those of them that may be stored to */
	struct sleeplock lock;
	bool loaded; /* [lock] the fields below have been read */

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

/* [init] Prepare the table of inodes. */
void inode_init(void);

/* Get the inode with that number, loaded, with a reference for the caller. -EIO
 * if the disk fails or the inode is free or damaged; -ENOMEM, -EINTR. If that
 * fails, it calls inode_put(), so the same rules hold. */
int inode_open(uint32 number, struct inode **out);

/* The two halves of inode_open(). While holding the lock of a directory, call
 * only the first one: another process may hold the lock of the inode and wait
 * for the directory. The second one loads the inode, or drops the reference as
 * inode_put() does and fails. */
int inode_find(uint32 number, struct inode **out);
int inode_load_first(struct inode *ip);

/* Call inode_load_first() if needed. An inode stays loaded while there is a
 * reference. */
static inline int inode_load(struct inode *ip)
{
	if (likely(__atomic_load_n(&ip->loaded, __ATOMIC_ACQUIRE)))
		return 0;
	return inode_load_first(ip);
}

/* Add a reference. */
struct inode *inode_get(struct inode *ip);

/* Drop a reference. The last reference to a file without names frees the file
 * on the disk. That is an operation of the journal, so do not call this within
 * an operation or with an inode locked. */
void inode_put(struct inode *ip);

/* Add a reference for a process whose program the file is, or drop it. There
 * can be no changes to its contents while there is one. */
struct inode *inode_get_program(struct inode *ip);
void inode_put_program(struct inode *ip);

/* The same for a mapping that processes share, to which they may store if
 * `stores` is set. -ETXTBSY, without a reference, if they may and the file is a
 * program that runs. */
int inode_get_shared(struct inode *ip, bool stores);
void inode_put_shared(struct inode *ip, bool stores);

/* Whether nobody may store to the file through a mapping: 0 or -ETXTBSY. Only
 * for a caller that has called inode_get_program(). */
int inode_check_program(const struct inode *ip);

void inode_lock(struct inode *ip) ACQUIRES(ip->lock);
void inode_unlock(struct inode *ip) RELEASES(ip->lock);

/* Like inode_lock(), but stop waiting if the process is killed. Returns 0 or
 * -EINTR. For all calls that can still fail. */
int inode_lock_killable(struct inode *ip) TRY_ACQUIRES(0, ip->lock);

/* Lock all inodes in set[0 .. n - 1] that are not NULL, each once, in the right
 * order; this sorts the set. Returns 0, or -EINTR with none locked. */
int inode_lock_all(struct inode **set, uint32 n);
void inode_unlock_all(struct inode **set, uint32 n);

/* Allocate an inode of that type, empty and with nlink 0: until it gets a name,
 * inode_put() frees it again. Only within an operation. -ENOSPC, -ENOMEM, -EIO
 * or -EINTR. */
int inode_alloc(int16 type, uint16 major, uint16 minor, struct inode **out);

/* Write the changed fields to the disk, as part of the current operation. */
void inode_update(struct inode *ip) REQUIRES(ip->lock);

/* Fill *st. Returns 0 or -EINTR. */
int inode_stat(struct inode *ip, struct stat *st) EXCLUDES(ip->lock);

/* Read up to dst->left bytes, starting at `offset`; fewer at the end of the
 * file or if something fails on the way. Returns the number of bytes, or an
 * error if there are none. Not for devices. */
long inode_read(struct inode *ip, struct uio *dst, uint64 offset)
	REQUIRES(ip->lock);

/* Return in *frame the frame of the block at `offset`, below the size of the
 * file, as block_lend() does; NULL also if the block is a hole, or does not end
 * with zeros after `count` bytes. Returns 0 or -EIO. */
int inode_lend(struct inode *ip, uint64 offset, uint64 count, void **frame)
	REQUIRES(ip->lock);

/* Return in *buf the buffer of the block at `offset`, below the size of the
 * file, for the caller to hold; programs may share its frame. NULL if the block
 * is a hole; but a hole is filled if `stores` is set. Only within an operation,
 * which then needs the credits to write a byte. Returns 0, -EIO, -ENOMEM or
 * -ENOSPC. */
int inode_share(struct inode *ip, uint64 offset, bool stores, struct buf **buf)
	REQUIRES(ip->lock);

/* Write likewise. The file grows if necessary, and a gap before `offset` reads
 * as zeros. Only within an operation with enough credits for the bytes
 * (fs/super.h). -ENOSPC, -EFBIG, -EFAULT, -EIO, -ETXTBSY. */
long inode_write(struct inode *ip, struct uio *src, uint64 offset)
	REQUIRES(ip->lock);

/* Free all blocks of the file, and make its size 0. Only within an operation.
 * -ETXTBSY if it is a program that runs, or -EIO if the disk cannot be read to
 * find the blocks, and then nothing has changed. -EIO also if the file is
 * damaged, and then it is empty nevertheless. */
int inode_truncate(struct inode *ip) REQUIRES(ip->lock);
