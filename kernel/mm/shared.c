/* kernel/mm/shared.c: pages that processes share.
 *
 * Shared zeros belong to no process, since a child must find pages that its
 * parent makes after the fork. They have a table of frames of their own, and
 * own these as the block cache does: the rest of a count is that of pages. */
#include "mm/shared.h"

#include "abi/errno.h"
#include "lib/csr.h"
#include "mm/frame.h"
#include "mm/pool.h"
#include "mm/promise.h"
#include "mm/vmcount.h"

struct zeros {
	struct page_source source;
	struct spinlock lock;
	pte_t *root;      /* [init]; [lock] the table: the frame of each page */
	uint64 bytes;     /* [init] */
	struct list link; /* [all.lock] */
};

static struct {
	struct spinlock lock;
	struct list list; /* [lock] of all zeros that are shared */
} all = { .lock = SPINLOCK("all shared zeros"), .list = LIST(all.list) };

static struct pool zeros_pool =
	POOL(zeros_pool, sizeof(struct zeros), "shared zeros");

int shared_map(struct uvm *uvm, uint64 va, const void *frame, bool stores)
{
	spin_acquire(&uvm->lock);
	pte_t *pte = pt_make(uvm->root, va);
	if (pte != NULL) {
		uint64 rights = region_find(&uvm->regions, va)->rights;
		pte_t old = *pte;

		*pte = pte_make_user(frame, stores ? rights : rights & ~PTE_W);
		if (pte_is_counted(*pte))
			frame_get(frame);
		sfence_page(va); /* T1: before the old frame is dropped */
		if (pte_is_counted(old))
			frame_put(pte_page(old));
	}
	spin_release(&uvm->lock);
	return pte != NULL ? 0 : -ENOMEM;
}

/* Unmap a range, as unmap_range() in mm/uvm.c does for a running program. */
static void unmap_pages(struct uvm *uvm, uint64 start, uint64 end,
			void (*fence)(void)) REQUIRES(uvm->lock)
{
	struct pte_run run;

	for (uint64 va = start; pt_next_run(uvm->root, va, end, &run);
	     va = run.end)
		for (uint64 i = 0; i < run.count; i++)
			run.entry[i] &= ~PTE_V;
	fence(); /* T1: before the frames go */
	for (uint64 va = start; pt_next_run(uvm->root, va, end, &run);
	     va = run.end)
		for (uint64 i = 0; i < run.count; i++) {
			if (pte_is_counted(run.entry[i]))
				frame_put(pte_page(run.entry[i]));
			run.entry[i] = 0;
		}
}

/* Take the right to write from the pages of a range. */
static void clean(struct uvm *uvm, uint64 start, uint64 end,
		  void (*fence)(void)) REQUIRES(uvm->lock)
{
	struct pte_run run;

	(void)fence;
	for (uint64 va = start; pt_next_run(uvm->root, va, end, &run);
	     va = run.end)
		for (uint64 i = 0; i < run.count; i++)
			if ((run.entry[i] & PTE_V) && (run.entry[i] & PTE_W))
				run.entry[i] ^= PTE_W | PTE_SEALED;
}

typedef void pages_fn(struct uvm *uvm, uint64 start, uint64 end,
		      void (*fence)(void));

/* Do something to the pages for the bytes [start, end) of the file, or of any
 * file if it is NULL, in one address space... */
static void each_shared_in(struct uvm *uvm, const void *file, uint64 start,
			   uint64 end, pages_fn *change, void (*fence)(void))
	REQUIRES(uvm->lock)
{
	for (uint64 i = 0; i < uvm->regions.count; i++) {
		const struct region *r = &uvm->regions.list[i];

		if (!region_is_shared(r) || r->source->file == NULL ||
		    (file != NULL && r->source->file != file))
			continue;

		uint64 first = source_offset(r->source, r->start);
		uint64 from = MAX(start, first);
		uint64 to = MIN(end, first + (r->end - r->start));

		if (from < to)
			change(uvm, r->start + (from - first),
			       r->start + (to - first), fence);
	}
}

/* ... and in all of them. */
static void each_shared(const void *file, uint64 start, uint64 end,
			pages_fn *change, void (*fence)(void))
{
	spin_acquire(&uvms_lock);
	LIST_EACH(link, &all_uvms) {
		struct uvm *uvm = LIST_ENTRY(link, struct uvm, link);

		if (uvm->regions.sourced == 0)
			continue;
		spin_acquire(&uvm->lock);
		each_shared_in(uvm, file, start, end, change, fence);
		spin_release(&uvm->lock);
	}
	spin_release(&uvms_lock);
}

void shared_unmap(const void *file, uint64 start, uint64 end,
		  void (*fence)(void))
{
	each_shared(file, start, end, unmap_pages, fence);
}

void shared_clean(void (*fence)(void))
{
	each_shared(NULL, 0, ~0UL, clean, fence);
	fence(); /* T1: before the frames are written to the disk */
}

/* The frame of the page at `offset`, a new one if there is none yet; or NULL if
 * memory is exhausted. */
static void *zeros_frame(struct zeros *zeros, uint64 offset)
	REQUIRES(zeros->lock)
{
	pte_t *pte = pt_make(zeros->root, offset);

	if (pte == NULL)
		return NULL;
	if (*pte == 0) {
		void *frame = kzalloc();

		if (frame == NULL)
			return NULL;
		frame_cache(frame);
		*pte = pte_make(frame, PTE_V);
		vmcount_add(VM_zero_fill, 1);
	}
	return pte_page(*pte);
}

static int zeros_fetch(struct page_source *source, struct uvm *uvm, uint64 va,
		       enum access access)
{
	struct zeros *zeros = (struct zeros *)source;

	(void)access;
	spin_acquire(&zeros->lock);
	void *frame = zeros_frame(zeros, source_offset(source, va));
	spin_release(&zeros->lock);
	return frame != NULL ? shared_map(uvm, va, frame, true) : -ENOMEM;
}

static void visit_frames(const struct zeros *zeros,
			 void (*visit)(const void *frame))
{
	struct pte_run run;

	for (uint64 at = 0; pt_next_run(zeros->root, at, zeros->bytes, &run);
	     at = run.end)
		for (uint64 i = 0; i < run.count; i++)
			if (run.entry[i] != 0)
				visit(pte_page(run.entry[i]));
}

static void uncache(const void *frame)
{
	frame_uncache((void *)frame);
}

static void zeros_free(struct page_source *source)
{
	struct zeros *zeros = (struct zeros *)source;

	visit_frames(zeros, uncache);
	pt_free(zeros->root, zeros->bytes);
	spin_acquire(&all.lock);
	list_remove(&zeros->link);
	promise_change(zeros->bytes, 0);
	spin_release(&all.lock);
	pool_free(&zeros_pool, zeros);
}

int shared_zeros(uint64 bytes, struct page_source **out)
{
	struct zeros *made = pool_zalloc(&zeros_pool);

	if (made == NULL)
		return -ENOMEM;
	made->root = kzalloc();
	if (made->root == NULL)
		goto free;
	if (promise_change(0, bytes) != 0)
		goto free_root;
	vmcount_add(VM_table, 1);
	spin_init(&made->lock, "shared zeros");
	made->bytes = bytes;
	made->source.refs = 1;
	made->source.is_shared = made->source.may_store = true;
	made->source.fetch = zeros_fetch;
	made->source.free = zeros_free;
	*out = &made->source;
	spin_acquire(&all.lock);
	list_push_back(&all.list, &made->link);
	spin_release(&all.lock);
	return 0;

free_root:
	kfree(made->root);
free:
	pool_free(&zeros_pool, made);
	return -ENOMEM;
}

uint64 shared_zeros_bytes(void) UNCHECKED_LOCKING
{
	uint64 bytes = 0;

	LIST_EACH(link, &all.list)
		bytes += LIST_ENTRY(link, struct zeros, link)->bytes;
	return bytes;
}

void shared_each_frame(void (*visit)(const void *frame)) UNCHECKED_LOCKING
{
	LIST_EACH(link, &all.list)
		visit_frames(LIST_ENTRY(link, struct zeros, link), visit);
}
