/* kernel/fs/block.h: the block cache.
 *
 * A buffer holds one block of the disk. It is exclusive from block_get() until
 * block_put(). To avoid a deadlock in a small cache, nobody may wait for a
 * buffer while holding another one. */
#pragma once

#include "dev/virtio_blk.h"
#include "lib/list.h"
#include "proc/sleeplock.h"

/* Who may map the frame of a buffer besides the block cache. */
enum loan {
	LOAN_NONE,
	LOAN_PRIVATE, /* programs that must not see it change */
	LOAN_SHARED,  /* programs that must see each change */
};

struct buf {
	uint32 block;     /* [cache.lock] number on the disk */
	uint32 refs;      /* [cache.lock] users, waiters and the journal */
	struct list hash; /* [cache.lock] in its bucket */
	struct list idle; /* [cache.lock] while refs is 0 */
	struct list more; /* [cache.lock] if the cache has grown by it */
	enum loan loan;   /* [cache.lock] programs may map data */
	struct sleeplock lock;
	bool valid;            /* [lock] data holds the block */
	void *data;            /* [lock] a frame, and its contents */
	struct blk_request io; /* [lock]; of a logged buffer: the commit */
	bool logged;     /* [journal.lock] part of the current transaction */
	struct list log; /* [journal.lock] while logged */
};

/* [init] Allocate the buffers: a share of RAM. Returns their number, or
 * -ENOMEM. */
int block_cache_init(void);

/* Get the buffer of a block, with its contents. -EIO if the disk fails. */
int block_get(uint32 block, struct buf **out);

/* Get the buffer of a block and fill it with zeros, without reading the disk.
 * -ENOMEM, as block_own() gives it. */
int block_get_zeroed(uint32 block, struct buf **out);

/* Return the frame of a buffer that the caller holds, with the caller as one
 * more owner, who must not write to it; or NULL if memory is exhausted or
 * programs share the frame. */
void *block_lend(struct buf *buf);

/* Let programs share the frame of a buffer that the caller holds. If it is lent
 * privately, that frame is left to those who have it. A commit must not write
 * the buffer meanwhile, so only within an operation of the journal. Returns 0
 * or -ENOMEM. */
int block_share(struct buf *buf);

/* Free the buffers that the cache has got for more loans, as far as no program
 * maps them. */
void block_trim(void);

/* Prepare to change the contents of a buffer that the caller holds: if programs
 * map its frame privately, the buffer gets a copy. On a damaged disk, a block
 * of their file may be free, or in another file, too. Returns 0 or -ENOMEM. */
int block_own(struct buf *buf);

/* Call `visit` for the frame of each buffer, or of each one that the current
 * transaction has, while no other hart runs. For the audit. */
void block_each_frame(bool logged, void (*visit)(const void *frame));

/* Give up the buffer. */
void block_put(struct buf *buf);

/* Read a buffer that the caller holds from that block of the disk, or write it
 * there. Returns 0 or -EIO. */
int block_transfer(struct buf *buf, enum blk_op op, uint32 block);

/* Keep the buffer in the cache, or stop that; for the journal. */
void block_pin(struct buf *buf);
void block_unpin(struct buf *buf);
