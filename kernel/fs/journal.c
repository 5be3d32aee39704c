/* kernel/fs/journal.c: operations survive a power cut whole or not at all.
 *
 * Changed blocks stay pinned in their buffers until a commit. A commit admits
 * no new operation, waits for the current ones to end, and then
 *     1. writes the blocks to the slots of the journal,
 *     2. writes the header, which makes the transaction valid,
 *     3. writes the blocks to their homes,
 *     4. clears the header,
 * with a flush after each step. A power cut before the end of 2 leaves the
 * state of the last commit. After it, journal_open() repeats 3 and 4.
 *
 * All blocks go through the journal, including the contents of files. So a
 * freed block can be reused at once, even in the same transaction: on the disk
 * it keeps its old contents until the commit, which makes both the freeing and
 * the new contents valid.
 *
 * Programs that share a file store to the frames of its buffers. They get the
 * right to do that within an operation, which adds the block to the
 * transaction, and lose it before the commit (J1). So what is written to the
 * disk does not change meanwhile, and later stores belong to the next
 * transaction.
 *
 * The transaction always fits into the journal: its blocks and the credits of
 * the current operations together never exceed the capacity.
 *
 * journal.lock guards everything here, and is taken before the cache's lock.
 * During a commit, `closing` keeps the list of blocks constant. */
#include "fs/journal.h"

#include "abi/errno.h"
#include "abi/limits.h"
#include "dev/ipi.h"
#include "fs/super.h"
#include "lib/panic.h"
#include "lib/string.h"
#include "mm/shared.h"

static struct {
	struct spinlock lock;
	struct waitq changed; /* after a commit, or if the journal failed */
	struct turn joining;  /* [lock] to wait for room and reserve it */
	struct list blocks;   /* [lock] of the current transaction */
	uint32 nblocks;       /* [lock] length of that list */
	uint32 reserved;      /* [lock] credits of the current operations */
	uint32 nops;          /* [lock] number of current operations */
	uint64 number;        /* [lock] of the current transaction */
	bool stored_to;       /* [lock] programs may store to its blocks */
	bool closing;         /* [lock] it admits no more operations */
	bool failed;          /* [lock] nothing is written any more */
	uint32 capacity;      /* [init] in blocks */
	struct buf *header;   /* [init] pinned; only for commits */
} journal = {
	.lock = SPINLOCK("journal"),
	.changed = WAITQ(journal.changed),
	.joining = TURN_INIT(journal.joining),
	.blocks = LIST(journal.blocks),
};

/* ---- commit ---- */

/* Write all blocks of the transaction to their homes or to their slots, many at
 * the same time. */
static int write_blocks(bool home)
{
	uint32 slot = super.journal.start + 1;
	int error = 0;

	LIST_EACH(link, &journal.blocks) {
		struct buf *buf = LIST_ENTRY(link, struct buf, log);

		buf->io.op = BLK_WRITE;
		buf->io.block = home ? buf->block : slot++;
		virtio_blk_start(&buf->io);
	}
	LIST_EACH(link, &journal.blocks) {
		struct buf *buf = LIST_ENTRY(link, struct buf, log);
		int one = virtio_blk_wait(&buf->io);

		error = error != 0 ? error : one;
	}
	return error != 0 ? error : virtio_blk_flush();
}

static int write_header(void)
{
	struct journal_header *header = journal.header->data;

	header->magic = JOURNAL_MAGIC;
	header->checksum = journal_checksum(header);
	int error =
		block_transfer(journal.header, BLK_WRITE, super.journal.start);

	return error != 0 ? error : virtio_blk_flush();
}

static int write_header_of_transaction(void)
{
	struct journal_header *header = journal.header->data;

	header->count = 0;
	LIST_EACH(link, &journal.blocks)
		header->home[header->count++] =
			LIST_ENTRY(link, struct buf, log)->block;
	return write_header();
}

static int clear_header(void)
{
	struct journal_header *header = journal.header->data;

	header->count = 0;
	return write_header();
}

static int write_transaction(void)
{
	int error = write_blocks(false);

	if (error != 0)
		return error;
	error = write_header_of_transaction();
	if (error != 0)
		return error;
	error = write_blocks(true);
	if (error != 0)
		return error;
	return clear_header();
}

static void fail_locked(void) REQUIRES(journal.lock)
{
	if (!journal.failed)
		kprintf("disk failed: files cannot be changed any more\n");
	journal.failed = true;
}

static void forget_blocks_locked(void) REQUIRES(journal.lock)
{
	struct list *link;

	while ((link = list_pop_front(&journal.blocks)) != NULL) {
		struct buf *buf = LIST_ENTRY(link, struct buf, log);

		buf->logged = false;
		block_unpin(buf);
	}
	journal.nblocks = 0;
}

static void commit_locked(void) REQUIRES(journal.lock)
{
	if (!journal.failed && journal.nblocks > 0) {
		bool stored_to = journal.stored_to;

		journal.stored_to = false;
		spin_release(&journal.lock);
		if (stored_to)
			shared_clean(ipi_fence_user);
		int error = write_transaction();

		spin_acquire(&journal.lock);
		/* After a failure keep the buffers: the disk has old
		 * contents. */
		if (error != 0)
			fail_locked();
		else
			forget_blocks_locked();
	}
	journal.number++;
	journal.closing = false;
	wake_all(&journal.changed);
}

/* Admit no more operations. The last one to end commits. */
static void close_locked(void) REQUIRES(journal.lock)
{
	journal.closing = true;
	if (journal.nops == 0)
		commit_locked();
}

int journal_commit(void)
{
	spin_acquire(&journal.lock);
	uint64 number = journal.number;

	if (journal.nblocks > 0 && !journal.closing && !journal.failed)
		close_locked();
	while (journal.closing && journal.number == number)
		sleep_on(&journal.changed, &journal.lock);
	int error = journal.failed ? -EIO : 0;

	spin_release(&journal.lock);
	return error;
}

void journal_thread(void)
{
	for (;;) {
		sleep_ticks(TICKS_PER_SECOND);
		journal_commit();
	}
}

/* ---- operations ---- */

static bool fits_locked(uint32 credits) REQUIRES(journal.lock)
{
	return journal.nblocks + journal.reserved + credits <= journal.capacity;
}

static int wait_for_room_locked(uint32 credits) REQUIRES(journal.lock)
{
	while (!journal.failed && (journal.closing || !fits_locked(credits))) {
		if (journal.closing)
			sleep_on(&journal.changed, &journal.lock);
		else
			close_locked();
	}
	return journal.failed ? -EIO : 0;
}

int journal_begin(uint32 credits)
{
	ASSERT(credits <= journal.capacity,
	       "an operation fits into a transaction");
	spin_acquire(&journal.lock);
	/* In turn: otherwise many small operations could keep a large one
	 * waiting for room for ever. */
	turn_take(&journal.joining, &journal.lock);
	int error = wait_for_room_locked(credits);

	if (error == 0) {
		journal.nops++;
		journal.reserved += credits;
	}
	turn_pass(&journal.joining);
	spin_release(&journal.lock);
	return error;
}

void journal_end(uint32 credits)
{
	spin_acquire(&journal.lock);
	journal.nops--;
	journal.reserved -= credits;
	if (journal.nops == 0 && journal.closing)
		commit_locked();
	spin_release(&journal.lock);
}

void journal_write(struct buf *buf)
{
	spin_acquire(&journal.lock);
	ASSERT(journal.nops > 0, "blocks are changed only within operations");
	if (!buf->logged) {
		buf->logged = true;
		list_push_back(&journal.blocks, &buf->log);
		block_pin(buf);
		journal.nblocks++;
		ASSERT(journal.nblocks <= journal.capacity,
		       "operations do not exceed their credits");
	}
	spin_release(&journal.lock);
}

void journal_allow_stores(struct buf *buf)
{
	journal_write(buf);
	spin_acquire(&journal.lock);
	journal.stored_to = true;
	spin_release(&journal.lock);
}

void journal_fail(void)
{
	spin_acquire(&journal.lock);
	fail_locked();
	spin_release(&journal.lock);
}

uint32 journal_capacity(void)
{
	return journal.capacity;
}

/* ---- start ---- */

/* Copy one slot to the home of its block. */
static int install_slot(uint32 slot, uint32 home)
{
	struct buf *buf;

	if (home < super.inodes.start || home >= super.nblocks)
		return -EIO;
	int error = block_get(super.journal.start + 1 + slot, &buf);

	if (error != 0)
		return error;
	error = block_transfer(buf, BLK_WRITE, home);
	block_put(buf);
	return error;
}

static int recover(const struct journal_header *header)
{
	int error;

	if (header->magic != JOURNAL_MAGIC || header->count == 0 ||
	    header->count >= super.journal.blocks ||
	    header->checksum != journal_checksum(header))
		return 0;
	for (uint32 i = 0; i < header->count; i++) {
		error = install_slot(i, header->home[i]);
		if (error != 0)
			return error;
	}
	error = virtio_blk_flush();
	if (error != 0)
		return error;
	return clear_header();
}

int journal_open(uint32 nbufs)
{
	/* The others can be lent, or used by processes that only read. */
	journal.capacity = MIN(super.journal.blocks - 1, nbufs * 5 / 8);
	if (journal.capacity < credits_least())
		return -ENOMEM;

	int error = block_get(super.journal.start, &journal.header);

	if (error != 0)
		return error;
	block_pin(journal.header);
	block_put(journal.header);
	return recover(journal.header->data);
}
