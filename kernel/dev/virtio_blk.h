/* kernel/dev/virtio_blk.h: the disk. */
#pragma once

#include "proc/turn.h"

enum blk_op { BLK_READ, BLK_WRITE, BLK_FLUSH };

/* One transfer of a block, or a flush. Its memory stays the caller's and must
 * stay where it is from start to wait; it is not on a stack (proc/proc.h). */
struct blk_request {
	enum blk_op op;
	uint32 block;      /* in units of BLOCK_SIZE; not for a flush */
	void *data;        /* a page, in the direct map; not for a flush */
	bool busy;         /* [disk.lock] the disk has it */
	int error;         /* [disk.lock] 0 or -EIO, once not busy */
	struct waitq done; /* its one waiter */
};

/* Find the disk and start it. Returns NULL, or words for what the machine
 * lacks. */
const char *virtio_blk_init(void);

/* Size of the disk in blocks; 0 when there is no disk. */
uint64 virtio_blk_blocks(void);

/* Hand a request to the disk; several may be under way. Sleeps while the queue
 * is full. */
void virtio_blk_start(struct blk_request *request);

/* Sleep until it is done: 0 or -EIO. */
int virtio_blk_wait(struct blk_request *request);

/* All writes that are done survive a power cut when this returns; 0 or -EIO.
 * One flush at a time. */
int virtio_blk_flush(void);

/* The disk's interrupt. */
void virtio_blk_intr(void);
