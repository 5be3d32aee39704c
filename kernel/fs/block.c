/* kernel/fs/block.c: the block cache.
 *
 * Every buffer is always in the hash table, in the bucket of its block. Buffers
 * that nobody uses are also on the idle list, from which they are reused for
 * other blocks, least recently used first.
 *
 * Programs may map the frame of a buffer. Such a buffer is `lent`. It is not
 * reused, and has a list of its own when it is idle. The buffers that cannot be
 * lent are enough for the file system, so it needs no memory to get one. Once
 * all others are lent, the cache grows with each loan, and shrinks at its end.
 *
 * cache.lock guards the table, the lists, and the block number of each buffer;
 * its sleep lock guards its contents. A buffer with refs is never reused. */
#include "fs/block.h"

#include "abi/errno.h"
#include "abi/fs.h"
#include "lib/panic.h"
#include "lib/string.h"
#include "mm/frame.h"
#include "mm/pool.h"

#define RAM_SHARE 32 /* one frame of every 32 becomes a buffer */
#define NBUFS_MIN 64
#define NBUFS_MAX 2048
#define NBUCKETS 512
#define LOANS_SEEN 8
#define LENT_SPARE 8 /* buffers besides those that the journal needs */

static struct {
	struct spinlock lock;
	struct list bucket[NBUCKETS]; /* [lock] */
	struct list idle;             /* [lock] */
	struct list idle_lent;        /* [lock] */
	uint64 may_lend;              /* [lock] number of further buffers */
	uint64 loans;                 /* [lock] number of loans beyond that */
	uint64 nextra;                /* [lock] buffers more than at boot */
	struct list extra;            /* [lock] those buffers */
	struct turn recycling;        /* [lock] to wait for an idle buffer */
	struct waitq idle_again;
} cache = {
	.lock = SPINLOCK("block cache"),
	.idle = LIST(cache.idle),
	.idle_lent = LIST(cache.idle_lent),
	.extra = LIST(cache.extra),
	.recycling = TURN_INIT(cache.recycling),
	.idle_again = WAITQ(cache.idle_again),
};

static struct pool buf_pool = POOL(buf_pool, sizeof(struct buf), "buf");

static struct list *bucket_of(uint32 block)
{
	return &cache.bucket[block % NBUCKETS];
}

static struct buf *buf_add(void) REQUIRES(cache.lock)
{
	struct buf *buf = pool_zalloc(&buf_pool);
	void *data = kalloc();

	if (buf == NULL || data == NULL)
		goto fail;
	sleeplock_init(&buf->lock, "buf");
	waitq_init(&buf->io.done);
	frame_cache(data);
	buf->data = data;
	buf->io.data = data;
	list_init(&buf->log);
	/* A new buffer is not valid, so any bucket will do. */
	list_push_back(bucket_of(0), &buf->hash);
	list_push_back(&cache.idle, &buf->idle);
	return buf;

fail:
	if (data != NULL)
		kfree(data);
	if (buf != NULL)
		pool_free(&buf_pool, buf);
	return NULL;
}

int block_cache_init(void)
{
	uint64 nbufs = frames_total() / RAM_SHARE;
	int error = 0;

	nbufs = MAX(MIN(nbufs, NBUFS_MAX), NBUFS_MIN);
	spin_acquire(&cache.lock);
	for (uint32 i = 0; i < NBUCKETS; i++)
		list_init(&cache.bucket[i]);
	for (uint64 i = 0; i < nbufs && error == 0; i++)
		error = buf_add() != NULL ? 0 : -ENOMEM;
	cache.may_lend = nbufs * 3 / 8 - LENT_SPARE;
	spin_release(&cache.lock);
	return error != 0 ? error : (int)nbufs;
}

static struct buf *cache_find(uint32 block) REQUIRES(cache.lock)
{
	LIST_EACH(link, bucket_of(block)) {
		struct buf *buf = LIST_ENTRY(link, struct buf, hash);

		if (buf->block == block)
			return buf;
	}
	return NULL;
}

/* Reuse an idle buffer for `block`; NULL if all are in use. */
static struct buf *cache_recycle(uint32 block) REQUIRES(cache.lock)
{
	if (list_empty(&cache.idle))
		return NULL;

	struct buf *buf = LIST_ENTRY(cache.idle.next, struct buf, idle);

	list_remove(&buf->hash);
	list_push_front(bucket_of(block), &buf->hash);
	buf->block = block;
	buf->valid = false;
	return buf;
}

/* Wait for an idle buffer, because all are in use or other processes are
 * waiting already. Meanwhile somebody may get a buffer for the same block. */
static struct buf *wait_for_idle(uint32 block) REQUIRES(cache.lock)
{
	struct buf *buf;

	turn_take(&cache.recycling, &cache.lock);
	while ((buf = cache_find(block)) == NULL &&
	       (buf = cache_recycle(block)) == NULL)
		sleep_on(&cache.idle_again, &cache.lock);
	turn_pass(&cache.recycling);
	return buf;
}

/* Get the buffer for the block, locked and with a reference for the caller. */
static struct buf *buf_take(uint32 block) UNCHECKED_LOCKING
{
	spin_acquire(&cache.lock);
	struct buf *buf = cache_find(block);

	if (buf == NULL && cache.recycling.owner == NULL)
		buf = cache_recycle(block);
	if (buf == NULL)
		buf = wait_for_idle(block);
	if (buf->refs++ == 0)
		list_remove(&buf->idle);
	spin_release(&cache.lock);
	sleeplock_acquire(&buf->lock);
	return buf;
}

int block_transfer(struct buf *buf, enum blk_op op, uint32 block)
{
	buf->io.op = op;
	buf->io.block = block;
	virtio_blk_start(&buf->io);
	return virtio_blk_wait(&buf->io);
}

int block_get(uint32 block, struct buf **out)
{
	struct buf *buf = buf_take(block);

	if (!buf->valid) {
		int error = block_transfer(buf, BLK_READ, block);

		if (error != 0) {
			block_put(buf);
			return error;
		}
		buf->valid = true;
	}
	*out = buf;
	return 0;
}

static void loan_end(struct buf *buf) REQUIRES(cache.lock)
{
	buf->loan = LOAN_NONE;
	list_remove(&buf->idle);
	list_push_back(&cache.idle, &buf->idle);
}

/* Take back one of the loans for which the cache has grown, if no program maps
 * the idle buffer any longer. */
static void loan_give_back(struct buf *buf) REQUIRES(cache.lock)
{
	if (cache.loans == 0 || buf->loan == LOAN_NONE ||
	    frame_mappings(buf->data) > 0)
		return;
	cache.loans--;
	loan_end(buf);
}

/* Take back an idle buffer that no program maps any longer. Looks at a few that
 * it has not looked at for long. Returns false if there is none. */
static bool loan_end_any(void) REQUIRES(cache.lock)
{
	for (int i = 0; i < LOANS_SEEN && !list_empty(&cache.idle_lent); i++) {
		struct list *link = list_pop_front(&cache.idle_lent);
		struct buf *buf = LIST_ENTRY(link, struct buf, idle);

		list_push_back(&cache.idle_lent, link);
		if (frame_mappings(buf->data) == 0) {
			loan_end(buf);
			return true;
		}
	}
	return false;
}

/* Allow one more loan. If too many buffers are lent, take one back, or let the
 * cache grow. Returns false if memory is exhausted. */
static bool loan_find(void) REQUIRES(cache.lock)
{
	if (cache.may_lend > 0) {
		cache.may_lend--;
		return true;
	}
	if (!loan_end_any()) {
		if (cache.nextra == cache.loans) {
			struct buf *extra = buf_add();

			if (extra == NULL)
				return false;
			list_push_front(&cache.extra, &extra->more);
			cache.nextra++;
		}
		cache.loans++;
	}
	wake_all(&cache.idle_again);
	return true;
}

/* Let an idle buffer take the place of one that is lent. Both are idle, so
 * nobody knows them but the cache. */
static void replace_lent(struct buf *lent) REQUIRES(cache.lock)
{
	struct buf *buf = LIST_ENTRY(cache.idle.next, struct buf, idle);
	void *data = buf->data;

	list_remove(&buf->hash);
	list_push_front(bucket_of(lent->block), &buf->hash);
	list_remove(&buf->idle);
	list_push_back(&cache.idle_lent, &buf->idle);
	buf->block = lent->block;
	buf->valid = lent->valid;
	buf->loan = lent->loan;
	buf->data = buf->io.data = lent->data;
	lent->data = data;
}

/* Free idle extra buffers while there are more than loans. */
static void free_extra(void) REQUIRES(cache.lock)
{
	for (struct list *link = cache.extra.next, *next;
	     cache.nextra > cache.loans && link != &cache.extra; link = next) {
		struct buf *buf = LIST_ENTRY(link, struct buf, more);

		next = link->next;
		if (buf->refs > 0 || list_empty(&cache.idle))
			continue;
		if (buf->loan != LOAN_NONE)
			replace_lent(buf);
		cache.nextra--;
		list_remove(&buf->more);
		list_remove(&buf->idle);
		list_remove(&buf->hash);
		frame_uncache(buf->data);
		pool_free(&buf_pool, buf);
	}
}

void block_trim(void)
{
	spin_acquire(&cache.lock);
	for (struct list *link = cache.idle_lent.next, *next;
	     cache.loans > 0 && link != &cache.idle_lent; link = next) {
		next = link->next;
		loan_give_back(LIST_ENTRY(link, struct buf, idle));
	}
	free_extra();
	wake_all(&cache.idle_again);
	spin_release(&cache.lock);
}

static bool loan_make(struct buf *buf, enum loan loan)
{
	spin_acquire(&cache.lock);
	bool lent = buf->loan != LOAN_NONE || loan_find();
	if (lent)
		buf->loan = loan;
	spin_release(&cache.lock);
	return lent;
}

void *block_lend(struct buf *buf)
{
	if (buf->loan == LOAN_SHARED && frame_mappings(buf->data) > 0)
		return NULL;
	if (!loan_make(buf, LOAN_PRIVATE))
		return NULL;
	frame_get(buf->data);
	return buf->data;
}

/* Give the buffer a frame of its own, with the same contents, if programs map
 * the one that it has. */
static int leave_frame(struct buf *buf)
{
	void *shared = buf->data;

	if (frame_mappings(shared) == 0)
		return 0;

	void *own = kalloc();

	if (own == NULL)
		return -ENOMEM;
	page_copy(own, shared);
	frame_cache(own);
	buf->data = buf->io.data = own;
	frame_uncache(shared);
	return 0;
}

int block_own(struct buf *buf)
{
	return buf->loan == LOAN_SHARED ? 0 : leave_frame(buf);
}

int block_share(struct buf *buf)
{
	int error = buf->loan == LOAN_PRIVATE ? leave_frame(buf) : 0;

	if (error != 0)
		return error;
	return loan_make(buf, LOAN_SHARED) ? 0 : -ENOMEM;
}

int block_get_zeroed(uint32 block, struct buf **out)
{
	struct buf *buf = buf_take(block);
	int error = leave_frame(buf);

	if (error != 0) {
		block_put(buf);
		return error;
	}
	page_clear(buf->data);
	buf->valid = true;
	*out = buf;
	return 0;
}

void block_each_frame(bool logged,
		      void (*visit)(const void *frame)) UNCHECKED_LOCKING
{
	for (uint32 i = 0; i < NBUCKETS; i++)
		LIST_EACH(link, &cache.bucket[i]) {
			struct buf *buf = LIST_ENTRY(link, struct buf, hash);

			if (buf->logged || !logged)
				visit(buf->data);
		}
}

void block_put(struct buf *buf) UNCHECKED_LOCKING
{
	sleeplock_release(&buf->lock);
	block_unpin(buf);
}

void block_pin(struct buf *buf)
{
	spin_acquire(&cache.lock);
	buf->refs++;
	spin_release(&cache.lock);
}

void block_unpin(struct buf *buf)
{
	spin_acquire(&cache.lock);
	ASSERT(buf->refs > 0, "a buffer without references is not put");
	if (--buf->refs == 0) {
		list_push_back(buf->loan != LOAN_NONE ? &cache.idle_lent
						      : &cache.idle,
			       &buf->idle);
		wake_all(&cache.idle_again);
		if (unlikely(cache.nextra > 0)) {
			loan_give_back(buf);
			free_extra();
		}
	}
	spin_release(&cache.lock);
}
