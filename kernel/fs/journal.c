/* kernel/fs/journal.c: all or nothing, whenever the power fails.
 *
 * Changed blocks stay in their buffers, pinned, until a commit. It waits for
 * the operations under way, lets no new one in, and then
 *     1. writes the blocks to the slots of the journal,
 *     2. writes the header, which makes the transaction count,
 *     3. installs the blocks at home,
 *     4. clears the header,
 * with a flush after each step. A power cut before the end of 2 leaves the
 * state of the last commit; after it, journal_open() does 3 and 4 again.
 *
 * Every block goes through the journal, those of files too. So a block that was
 * freed may be used again at once, even in the same transaction: at home it
 * keeps its old contents until a commit, which brings the freeing and the new
 * contents together.
 *
 * The transaction always fits: the blocks that it has, and the credits of the
 * operations under way, are together never more than the capacity.
 *
 * journal.lock guards all of it; it is taken before the lock of the cache.
 * While a commit runs, `closing` keeps the list as it is. */
#include "fs/journal.h"

#include "abi/errno.h"
#include "abi/limits.h"
#include "fs/super.h"
#include "lib/panic.h"
#include "lib/string.h"

static struct {
	struct spinlock lock;
	struct waitq changed; /* a commit is over, or the journal failed */
	struct turn joining;  /* [lock] waiting for room, to take it */
	struct list blocks;   /* [lock] of the running transaction */
	uint32 nblocks;       /* [lock] how many these are */
	uint32 reserved;      /* [lock] credits of the operations under way */
	uint32 nops;          /* [lock] operations under way */
	uint64 number;        /* [lock] of the running transaction */
	bool closing;         /* [lock] nobody joins it any more */
	bool failed;          /* [lock] nothing is written any more */
	uint32 capacity;      /* [init] */
	struct buf *header;   /* [init] pinned; the commit's alone */
} journal = {
	.lock = SPINLOCK("journal"),
	.changed = WAITQ(journal.changed),
	.joining = TURN_INIT(journal.joining),
	.blocks = LIST(journal.blocks),
};

/* ---- commit ---- */

/* Write all blocks of the transaction to their homes, or to their slots. Many
 * are under way at once. */
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

	if (error == 0)
		error = write_header_of_transaction();
	if (error == 0)
		error = write_blocks(true);
	if (error == 0)
		error = clear_header();
	return error;
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
		spin_release(&journal.lock);
		int error = write_transaction();

		spin_acquire(&journal.lock);
		/* After a failure the buffers stay: the disk is behind. */
		if (error != 0)
			fail_locked();
		else
			forget_blocks_locked();
	}
	journal.number++;
	journal.closing = false;
	wake_all(&journal.changed);
}

/* Let nobody join any more; the last one to leave commits. */
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
	/* In turn, or many small operations could keep a large one waiting
	 * for room for ever. */
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
	ASSERT(journal.nops > 0, "blocks are changed in operations");
	if (!buf->logged) {
		buf->logged = true;
		list_push_back(&journal.blocks, &buf->log);
		block_pin(buf);
		journal.nblocks++;
		ASSERT(journal.nblocks <= journal.capacity,
		       "operations keep to their credits");
	}
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

/* Copy one slot to its home. */
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
	int error = 0;

	if (header->magic != JOURNAL_MAGIC || header->count == 0 ||
	    header->count >= super.journal.blocks ||
	    header->checksum != journal_checksum(header))
		return 0;
	for (uint32 i = 0; i < header->count && error == 0; i++)
		error = install_slot(i, header->home[i]);
	if (error == 0)
		error = virtio_blk_flush();
	if (error == 0)
		error = clear_header();
	return error;
}

int journal_open(uint32 nbufs)
{
	/* What is left of the buffers serves those who only read. */
	journal.capacity = MIN(super.journal.blocks - 1, nbufs * 3 / 4);
	if (journal.capacity < credits_least())
		return -ENOMEM;

	int error = block_get(super.journal.start, &journal.header);

	if (error != 0)
		return error;
	block_pin(journal.header);
	block_put(journal.header);
	return recover(journal.header->data);
}
