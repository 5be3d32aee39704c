/* kernel/fs/block.h: the block cache.
 *
 * A buffer holds one block of the disk. It is exclusive from block_get() until
 * block_put(). To avoid a deadlock in a small cache, nobody may wait for a
 * buffer while holding another one. */
#pragma once

#include "dev/virtio_blk.h"
#include "lib/list.h"
#include "proc/sleeplock.h"

struct buf {
	uint32 block;     /* [cache.lock] number on the disk */
	uint32 refs;      /* [cache.lock] users, waiters and the journal */
	struct list hash; /* [cache.lock] in its bucket */
	struct list idle; /* [cache.lock] while refs is 0 */
	struct sleeplock lock;
	bool valid;            /* [lock] data holds the block */
	void *data;            /* [init] a frame; its contents are [lock] */
	struct blk_request io; /* [lock]; of a logged buffer: the commit */
	bool logged;     /* [journal.lock] part of the current transaction */
	struct list log; /* [journal.lock] while logged */
};

/* [init] Allocate the buffers: a share of RAM. Returns their number, or
 * -ENOMEM. */
int block_cache_init(void);

/* Get the buffer of a block, with its contents. -EIO if the disk fails. */
int block_get(uint32 block, struct buf **out);

/* Get the buffer of a block and fill it with zeros, without reading the
 * disk. */
struct buf *block_get_zeroed(uint32 block);

/* Give up the buffer. */
void block_put(struct buf *buf);

/* Read a buffer that the caller holds from that block of the disk, or write it
 * there. Returns 0 or -EIO. */
int block_transfer(struct buf *buf, enum blk_op op, uint32 block);

/* Keep the buffer in the cache, or stop that; for the journal. */
void block_pin(struct buf *buf);
void block_unpin(struct buf *buf);
