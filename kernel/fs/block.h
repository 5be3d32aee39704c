/* kernel/fs/block.h: the block cache.
 *
 * A buffer holds one block of the disk. Who got it has it alone until the put.
 * The rule that keeps a small cache from a deadlock: nobody waits for a buffer
 * while having one. */
#pragma once

#include "dev/virtio_blk.h"
#include "lib/list.h"
#include "proc/sleeplock.h"

struct buf {
	uint32 block;     /* [cache.lock] number on the disk */
	uint32 refs;      /* [cache.lock] who uses it, waits, or logs it */
	struct list hash; /* [cache.lock] in its bucket */
	struct list idle; /* [cache.lock] while refs is 0 */
	struct sleeplock lock;
	bool valid;            /* [lock] data is the block's */
	void *data;            /* [init] a frame; its contents: [lock] */
	struct blk_request io; /* [lock], or the commit for a logged buffer */
	bool logged;     /* [journal.lock] part of the running transaction */
	struct list log; /* [journal.lock] while logged */
};

/* Take the frames of the cache, once: a share of RAM. Returns how many buffers
 * there are, or -ENOMEM. */
int block_cache_init(void);

/* The block with its contents, locked. -EIO when the disk fails. */
int block_get(uint32 block, struct buf **out);

/* The block locked, and all zeros whatever the disk has. */
struct buf *block_get_zeroed(uint32 block);

/* Unlock it and let it go. */
void block_put(struct buf *buf);

/* Move the data of a buffer that the caller has from or to that block of the
 * disk; 0 or -EIO. */
int block_transfer(struct buf *buf, enum blk_op op, uint32 block);

/* Keep the buffer in the cache, or no longer. For the journal. */
void block_pin(struct buf *buf);
void block_unpin(struct buf *buf);
