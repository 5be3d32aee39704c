/* kernel/fs/journal.h: all or nothing, whenever the power fails.
 *
 * Whoever changes blocks does so in an operation. Operations share the running
 * transaction, which goes to the disk as a whole. */
#pragma once

#include "fs/block.h"

/* Find the journal, finish a transaction that a power cut interrupted, and
 * start. 0, -EIO, or -ENOMEM when the buffers are too few for the disk. */
int journal_open(uint32 nbufs);

/* Join the running transaction with at most `credits` changed blocks; waits for
 * room. -EIO once the journal has failed: then nothing can be changed any more,
 * and the disk stays as the last commit left it. */
int journal_begin(uint32 credits);
void journal_end(uint32 credits);

/* The buffer, which the caller has, was changed or is about to be: it becomes
 * part of the transaction. Within an operation. */
void journal_write(struct buf *buf);

/* A change could not be completed: nothing of the running transaction shall
 * reach the disk. */
void journal_fail(void);

/* How many blocks one operation can change at most. */
uint32 journal_capacity(void);

/* Wait until all operations that ended are on the disk; 0 or -EIO. */
int journal_commit(void);

/* Commit once a second, for ever: the body of a kernel thread. */
void journal_thread(void);
