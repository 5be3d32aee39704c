/* kernel/fs/journal.h: operations survive a power cut whole or not at all.
 *
 * Blocks are changed only within an operation. Operations share the current
 * transaction, which is written to the disk as a whole. */
#pragma once

#include "fs/block.h"

/* [init] Finish a transaction that a power cut has interrupted, and start the
 * journal. Returns 0, -EIO, or -ENOMEM if there are too few buffers for the
 * disk. */
int journal_open(uint32 nbufs);

/* Begin an operation that changes at most `credits` blocks, after waiting for
 * room. -EIO if the journal has failed: then nothing can be changed any more,
 * and the disk stays in the state of the last commit. */
int journal_begin(uint32 credits);
void journal_end(uint32 credits);

/* Add a buffer to the transaction, which the caller holds and has changed or is
 * about to change. Only within an operation. */
void journal_write(struct buf *buf);

/* The same, and programs may store to the buffer until the next commit begins,
 * if they get the right to do so within this operation (mm/shared.h). */
void journal_allow_stores(struct buf *buf);

/* Report that an operation could not be completed. Nothing of the current
 * transaction will be written to the disk. */
void journal_fail(void);

/* The number of blocks that one operation can change. */
uint32 journal_capacity(void);

/* Write all operations that have ended to the disk. Returns 0 or -EIO. */
int journal_commit(void);

/* Commit once a second, for ever; for a thread of the kernel. */
void journal_thread(void);
