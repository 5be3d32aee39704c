/* kernel/dev/virtio_blk.h: the disk. */
#pragma once

#include "proc/turn.h"

enum blk_op { BLK_READ, BLK_WRITE, BLK_FLUSH };

/* A transfer of one block, or a flush. The caller owns the memory and keeps it
 * in place from start to wait. It must not be on a stack (proc/proc.h). */
struct blk_request {
	enum blk_op op;
	uint32 block;      /* in units of BLOCK_SIZE; not for a flush */
	void *data;        /* a page, in the direct map; not for a flush */
	bool busy;         /* [disk.lock] not completed yet */
	int error;         /* [disk.lock] 0 or -EIO when completed */
	struct waitq done; /* for the one process that waits */
};

/* Find the disk and initialize it. Returns NULL, or the name of what the
 * machine lacks. */
const char *virtio_blk_init(void);

/* The size of the disk in blocks; 0 if there is no disk. */
uint64 virtio_blk_blocks(void);

/* Start a request. Several can be in progress. Sleeps while the queue is
 * full. */
void virtio_blk_start(struct blk_request *request);

/* Sleep until the request is completed. Returns 0 or -EIO. */
int virtio_blk_wait(struct blk_request *request);

/* Make all completed writes survive a power cut. Returns 0 or -EIO. Only one
 * flush at a time. */
int virtio_blk_flush(void);

/* Handle the disk's interrupt. */
void virtio_blk_intr(void);
