/* kernel/mm/frame.c: physical memory, handed out a page at a time.
 *
 * Each hart has its own cache of free frames, so harts that fork at the same
 * time do not compete for one lock. An empty cache takes a batch of frames from
 * the reserve, and a full one returns a batch. Memory above the frontier has
 * never been used and is not touched, so boot takes no longer with more RAM.
 *
 * The links of a free list are stored in the free frames themselves. A hart
 * holds at most one of these locks, a cache's or the reserve's.
 *
 * F1: the count of a frame is 0 exactly when it is free.
 * F2: the count of a frame that is in use is the number of user leaf entries
 *     that map it, plus one for each holder in the kernel, and FRAME_CACHED
 *     if the block cache is one.
 *
 * Counts are atomic and need no lock: only an owner can add another owner, so a
 * count leaves 0 only in kalloc(). */
#include "mm/frame.h"

#include "abi/limits.h"
#include "lib/hart.h"
#include "lib/panic.h"
#include "lib/spinlock.h"
#include "lib/string.h"
#include "mm/vmcount.h"

#define BATCH 32              /* frames moved between cache and reserve */
#define CACHE_MAX (2 * BATCH) /* frames in a hart's cache */

#define POISON_FREE 0xfb /* DEBUG: contents of a free frame */
#define POISON_NEW 0xab  /* DEBUG: contents of a frame just handed out */

struct free_frame {
	struct free_frame *next;
	struct free_frame *next_batch; /* in the first frame of a batch */
};

struct cache {
	struct spinlock lock;
	struct free_frame *first; /* [lock] */
	uint64 count;             /* [lock] */
} __attribute__((aligned(64)));

static struct cache caches[MAX_HARTS];

static struct {
	struct spinlock lock;
	struct free_frame *batches; /* [lock] BATCH frames each */
	uint64 nbatches;            /* [lock] */
	uint8 *frontier;            /* [lock] never used from here to end */
	uint8 *start, *end;         /* [init] */
} reserve = { .lock = SPINLOCK("frame reserve") };

const uint8 zero_frame[PGSIZE] __attribute__((aligned(PGSIZE)));

static uint64 fail_countdown; /* atomic; 0: no failure was asked for */

void frame_init(void *start, void *end)
{
	reserve.start = (uint8 *)ROUND_UP((uint64)start, PGSIZE);
	reserve.end = (uint8 *)ROUND_DOWN((uint64)end, PGSIZE);
	reserve.frontier = reserve.start;
	*frame_count(zero_frame) = 0;
	for (int i = 0; i < MAX_HARTS; i++)
		spin_init(&caches[i].lock, "frame cache");
}

/* Move the frontier past up to BATCH frames and link them into a batch. */
static struct free_frame *carve_batch_locked(uint64 *count)
	REQUIRES(reserve.lock)
{
	struct free_frame *first = NULL;

	*count = 0;
	while (*count < BATCH && reserve.frontier < reserve.end) {
		struct free_frame *frame =
			(struct free_frame *)reserve.frontier;

		*frame_count(frame) = 0;
		reserve.frontier += PGSIZE;
		frame->next = first;
		first = frame;
		(*count)++;
	}
	return first;
}

/* Take a batch from the reserve; NULL if the reserve is empty. */
static struct free_frame *reserve_take(uint64 *count)
{
	spin_acquire(&reserve.lock);
	struct free_frame *first = reserve.batches;

	if (first != NULL) {
		reserve.batches = first->next_batch;
		reserve.nbatches--;
		*count = BATCH;
	} else {
		first = carve_batch_locked(count);
	}
	spin_release(&reserve.lock);
	return first;
}

static void reserve_give(struct free_frame *batch)
{
	spin_acquire(&reserve.lock);
	batch->next_batch = reserve.batches;
	reserve.batches = batch;
	reserve.nbatches++;
	spin_release(&reserve.lock);
}

static struct free_frame *cache_pop(struct cache *cache)
{
	spin_acquire(&cache->lock);
	struct free_frame *frame = cache->first;

	if (frame != NULL) {
		cache->first = frame->next;
		cache->count--;
	}
	spin_release(&cache->lock);
	return frame;
}

/* Take a batch off a cache that is full; NULL if the cache is not full. */
static struct free_frame *cut_batch_locked(struct cache *cache)
	REQUIRES(cache->lock)
{
	if (cache->count < CACHE_MAX)
		return NULL;

	struct free_frame *batch = cache->first, *last = batch;

	for (int i = 1; i < BATCH; i++)
		last = last->next;
	cache->first = last->next;
	cache->count -= BATCH;
	last->next = NULL;
	return batch;
}

static void cache_push(struct cache *cache, struct free_frame *frame)
{
	spin_acquire(&cache->lock);
	frame->next = cache->first;
	cache->first = frame;
	cache->count++;
	struct free_frame *surplus = cut_batch_locked(cache);
	spin_release(&cache->lock);

	if (surplus != NULL)
		reserve_give(surplus);
}

/* Fill this hart's empty cache from the reserve and take one frame. If the
 * reserve is empty too, the last free frames are in other harts' caches. */
static __attribute__((noinline)) struct free_frame *refill(struct cache *cache)
{
	uint64 count;
	struct free_frame *frame = reserve_take(&count);

	if (frame == NULL) {
		for (int i = 0; i < MAX_HARTS && frame == NULL; i++)
			frame = cache_pop(&caches[i]);
		return frame;
	}
	spin_acquire(&cache->lock);
	cache->first = frame->next;
	cache->count = count - 1;
	spin_release(&cache->lock);
	return frame;
}

/* Whether a test has asked for this allocation to fail. */
static bool fails_on_purpose(void)
{
	uint64 left = __atomic_load_n(&fail_countdown, __ATOMIC_RELAXED);

	while (left != 0)
		if (__atomic_compare_exchange_n(
			    &fail_countdown, &left, left - 1, false,
			    __ATOMIC_RELAXED, __ATOMIC_RELAXED))
			return left == 1;
	return false;
}

void *kalloc(void)
{
	struct cache *cache = &caches[this_hart()->index];

	if (unlikely(fails_on_purpose()))
		return NULL;

	struct free_frame *frame = cache_pop(cache);

	if (unlikely(frame == NULL))
		frame = refill(cache);
	if (frame == NULL)
		return NULL;
	ASSERT(*frame_count(frame) == 0, "F1: a free frame has no owner");
	*frame_count(frame) = 1;
#ifdef DEBUG
	memset(frame, POISON_NEW, PGSIZE);
#endif
	return frame;
}

void *kzalloc(void)
{
	void *frame = kalloc();

	if (frame != NULL)
		page_clear(frame);
	return frame;
}

/* Put a frame without owners on the free list. */
static void release(void *frame)
{
#ifdef DEBUG
	memset(frame, POISON_FREE, PGSIZE);
#endif
	cache_push(&caches[this_hart()->index], frame);
}

void kfree(void *frame)
{
	ASSERT((uint64)frame % PGSIZE == 0 && (uint8 *)frame >= reserve.start &&
		       (uint8 *)frame < reserve.end,
	       "kfree takes only frames from kalloc");
	ASSERT(*frame_count(frame) == 1,
	       "F2: kfree is called by the only owner");
	*frame_count(frame) = 0;
	release(frame);
}

void frame_last_put(void *frame, uint64 owners)
{
	ASSERT(owners != 0, "F1: a free frame has no owner");
	__atomic_thread_fence(__ATOMIC_ACQUIRE); /* after all they did */
	release(frame);
}

void frame_uncache(void *frame)
{
	if (__atomic_fetch_sub(frame_count(frame), FRAME_CACHED,
			       __ATOMIC_RELEASE) == FRAME_CACHED)
		frame_last_put(frame, 1);
}

uint64 frames_total(void)
{
	return (uint64)(reserve.end - reserve.start) / PGSIZE;
}

uint64 frames_free(void)
{
	uint64 count = reserve.nbatches * BATCH +
		       (uint64)(reserve.end - reserve.frontier) / PGSIZE;

	for (int i = 0; i < MAX_HARTS; i++)
		count += caches[i].count;
	return count;
}

uint64 frames_shared(void)
{
	uint64 count = 0;

	for (uint8 *frame = reserve.start; frame < reserve.frontier;
	     frame += PGSIZE)
		count += frame_mappings(frame) > 1;
	return count;
}

bool frame_exists(const void *frame)
{
	return (const uint8 *)frame >= reserve.start &&
	       (const uint8 *)frame < reserve.frontier;
}

/* Add the length of a free list to *count; false if a frame has an owner. */
static bool count_list(const struct free_frame *first, uint64 *count)
{
	for (; first != NULL; first = first->next) {
		if (*frame_count(first) != 0)
			return false;
		++*count;
	}
	return true;
}

const char *frames_audit(void) UNCHECKED_LOCKING
{
	uint64 listed = 0, unowned = 0;
	bool free = true;

	for (int i = 0; i < MAX_HARTS; i++)
		free = free && count_list(caches[i].first, &listed);
	for (struct free_frame *batch = reserve.batches; batch != NULL;
	     batch = batch->next_batch)
		free = free && count_list(batch, &listed);
	for (uint8 *frame = reserve.start; frame < reserve.frontier;
	     frame += PGSIZE)
		unowned += *frame_count(frame) == 0;
	if (!free)
		return "F1: a free frame has no owner";
	return listed == unowned ? NULL
				 : "F1: a frame without an owner is free";
}

void frame_fail_nth(uint64 n)
{
	__atomic_store_n(&fail_countdown, n, __ATOMIC_RELAXED);
}
