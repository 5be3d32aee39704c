/* kernel/mm/uvm.c: the address space of a program.
 *
 * Every page lies in a region (R2), so a loop over all pages ends where the
 * last region does.
 *
 * P1: a user entry has PTE_W only if its frame has one owner, or the entry lies
 *     in a shared region (mm/shared.h).
 * P2: PTE_COW implies PTE_V, PTE_U and not PTE_W.
 * P3: a page that the program may not write never has PTE_COW.
 * T1: a translation that lost a permission or its frame is fenced before that
 *     frame is copied from, released, or seen by another owner. */
#include "mm/uvm.h"

#include "abi/errno.h"
#include "lib/csr.h"
#include "lib/panic.h"
#include "lib/string.h"
#include "mm/frame.h"
#include "mm/kvm.h"
#include "mm/pagetable.h"
#include "mm/pool.h"
#include "mm/promise.h"
#include "mm/vmcount.h"

#define UNROLL 16 /* entries in one turn of the loops of fork and exit */

struct spinlock uvms_lock = SPINLOCK("address spaces");

struct list all_uvms = LIST(all_uvms);

static struct pool uvm_pool = POOL(uvm_pool, sizeof(struct uvm), "uvm");

struct uvm *uvm_create(void)
{
	struct uvm *uvm = pool_alloc(&uvm_pool);

	if (uvm == NULL)
		return NULL;
	spin_init(&uvm->lock, "uvm");
	uvm->root = kvm_new_root();
	uvm->guard = uvm->heap = uvm->brk = 0;
	uvm->faults = uvm->copies = uvm->takeovers = 0;
	regions_init(&uvm->regions);
	if (uvm->root == NULL) {
		pool_free(&uvm_pool, uvm);
		return NULL;
	}
	spin_acquire(&uvms_lock);
	list_push_back(&all_uvms, &uvm->link);
	spin_release(&uvms_lock);
	return uvm;
}

void uvm_use(const struct uvm *uvm)
{
	const pte_t *root = uvm != NULL ? uvm->root : kernel_root;

	csr_write(satp, SATP_SV39 | virt_to_phys(root) >> PGSHIFT);
	sfence_user();
	fence_i(); /* another hart may have loaded the text */
}

static void release_run(const struct pte_run *run)
{
	const pte_t *entry = run->entry;

#pragma GCC unroll 16
	for (uint64 i = 0, n = run->count; i < n; i++)
		if (pte_is_counted(entry[i]))
			frame_put(pte_page(entry[i]));
}

/* Drop the frames of a range for which no hart has a translation. The entries
 * stay as they are. */
static void release_range(struct uvm *uvm, uint64 start, uint64 end)
	REQUIRES(uvm->lock)
{
	struct pte_run run;

	for (uint64 va = start; pt_next_run(uvm->root, va, end, &run);
	     va = run.end)
		release_run(&run);
}

/* Free the tables of a range without pages that serve no region any more. As
 * every table serves one, they all go with the regions. */
static void trim_tables(struct uvm *uvm, uint64 start, uint64 end)
	REQUIRES(uvm->lock)
{
	struct region hole = regions_hole(&uvm->regions, start);

	pt_trim(uvm->root, start, end, hole.start, hole.end);
}

/* Unmap a range of a program that may be using it. */
static void unmap_range(struct uvm *uvm, uint64 start, uint64 end)
	REQUIRES(uvm->lock)
{
	struct pte_run run;

	for (uint64 va = start; pt_next_run(uvm->root, va, end, &run);
	     va = run.end)
		for (uint64 i = 0; i < run.count; i++)
			run.entry[i] &= ~PTE_V;
	sfence_user(); /* T1: before the frames go */
	release_range(uvm, start, end);
	for (uint64 va = start; pt_next_run(uvm->root, va, end, &run);
	     va = run.end)
		memset(run.entry, 0, run.count * sizeof(pte_t));
	trim_tables(uvm, start, end);
}

void uvm_cut(struct uvm *uvm, uint64 start)
{
	spin_acquire(&uvm->lock);
	uint64 end = uvm_end(uvm);
	release_range(uvm, start, end);
	regions_promise(&uvm->regions, start, end, NO_REGION, NULL);
	trim_tables(uvm, start, end);
	spin_release(&uvm->lock);
}

void uvm_destroy(struct uvm *uvm)
{
	spin_acquire(&uvms_lock);
	list_remove(&uvm->link);
	promise_change(uvm->regions.writable, 0);
	spin_release(&uvms_lock);
	spin_acquire(&uvm->lock);
	release_range(uvm, 0, uvm->guard);
	release_range(uvm, uvm_stack(uvm), uvm_end(uvm));
	pt_free(uvm->root, uvm_end(uvm));
	regions_free(&uvm->regions);
	spin_release(&uvm->lock);
	pool_free(&uvm_pool, uvm);
}

/* Map the page of an entry of the parent, if there is one, in the child as
 * well. A writable page becomes read-only for both; whoever writes first gets a
 * copy (mm/fault.c). */
static inline void share_page(pte_t *to, pte_t *from)
{
	pte_t pte = *from;

	if (pte & PTE_W) {
		pte = pte_to_cow(pte);
		*from = pte;
	} else if (!pte_is_counted(pte)) {
		*to = pte; /* no page, or the zero frame */
		return;
	}
	frame_get(pte_page(pte));
	*to = pte;
}

/* Share all pages of one run of the parent with the child, UNROLL pages in one
 * turn of the loop. This writes every entry, so if the run fills its table, a
 * new table for the child need not be cleared. */
static int share_run(struct uvm *child, struct uvm *parent,
		     const struct pte_run *run) REQUIRES(parent->lock)
{
	bool fills_table = run->count == PTES_PER_TABLE;
	pte_t *from = run->entry, *end = from + run->count;
	pte_t *to = fills_table ? pt_make_to_fill(child->root, run->va)
				: pt_make(child->root, run->va);

	ASSERT(spin_held(&parent->lock), "fork holds the lock of the parent");
	if (to == NULL)
		return -ENOMEM;
	for (; end - from >= UNROLL; from += UNROLL, to += UNROLL) {
#pragma GCC unroll 16
		for (int i = 0; i < UNROLL; i++)
			share_page(&to[i], &from[i]);
	}
	for (; from < end; from++, to++)
		share_page(to, from);
	return 0;
}

int uvm_copy_regions(struct uvm *child, const struct uvm *parent)
{
	int error = promise_change(0, parent->regions.writable);

	if (error != 0)
		return error;
	/* The child is on all_uvms already. */
	spin_acquire(&child->lock);
	error = regions_copy(&child->regions, &parent->regions);
	spin_release(&child->lock);
	if (error != 0)
		promise_change(parent->regions.writable, 0);
	child->guard = parent->guard;
	child->heap = parent->heap;
	child->brk = parent->brk;
	return error;
}

int uvmcopy(struct uvm *child, struct uvm *parent, uint64 start, uint64 end)
{
	struct pte_run run;
	int error = 0;

	spin_acquire(&parent->lock);
	for (uint64 va = start;
	     error == 0 && uvm_next_run(parent, va, end, &run); va = run.end)
		error = share_run(child, parent, &run);
	sfence_user(); /* T1: the parent's hart may cache that it could write */
	spin_release(&parent->lock);
	return error;
}

/* A frame of the program's own for a page, with the same bytes. */
static void *own_frame(pte_t pte)
{
	void *there = pte & PTE_V ? pte_page(pte) : NULL;

	if (there != NULL && frame_owners(there) == 1)
		return there;

	void *own = there != NULL ? kalloc() : kzalloc();

	if (own == NULL)
		return NULL;
	if (there != NULL) {
		page_copy(own, there);
		frame_put(there);
	} else {
		vmcount_add(VM_zero_fill, 1);
	}
	return own;
}

static int alloc_page(struct uvm *uvm, pte_t *pte, uint64 va)
	REQUIRES(uvm->lock)
{
	const struct region *region = region_find(&uvm->regions, va);
	void *frame = own_frame(*pte);

	if (frame == NULL)
		return -ENOMEM;
	*pte = pte_make_user(frame, region->rights);
	return 0;
}

/* Promise [start, end) at the end of the address space. uvmfault() makes each
 * page when it is first touched. */
static int promise_locked(struct uvm *uvm, uint64 start, uint64 end,
			  uint64 rights) REQUIRES(uvm->lock)
{
	uint64 before = uvm->regions.writable;
	int error = region_append(&uvm->regions, start, end, rights);

	if (error == 0)
		error = promise_change(before, uvm->regions.writable);
	if (error == 0)
		return 0;
	regions_cut(&uvm->regions, start);
	promise_change(before, uvm->regions.writable);
	return error;
}

int uvm_promise(struct uvm *uvm, uint64 start, uint64 end, uint64 rights)
{
	spin_acquire(&uvm->lock);
	int error = promise_locked(uvm, start, end, rights);
	if (error == 0)
		uvm->brk = MAX(uvm->brk, end);
	spin_release(&uvm->lock);
	return error;
}

static int alloc_locked(struct uvm *uvm, uint64 start, uint64 end)
	REQUIRES(uvm->lock)
{
	if (end > start && (end - start) / PGSIZE > frames_free())
		return -ENOMEM; /* do not take memory only to give up */
	pte_t *pte = NULL;
	for (uint64 va = start; va < end; va += PGSIZE) {
		if (pte != NULL && pt_index(va, 0) != 0)
			pte++; /* the next entry of the same table */
		else
			pte = pt_make(uvm->root, va);
		if (pte == NULL || alloc_page(uvm, pte, va) != 0)
			return -ENOMEM;
	}
	return 0;
}

int uvm_alloc(struct uvm *uvm, uint64 start, uint64 end)
{
	spin_acquire(&uvm->lock);
	int error = alloc_locked(uvm, start, end);
	spin_release(&uvm->lock);
	return error;
}

void *uvm_page(const struct uvm *uvm, uint64 va)
{
	const pte_t *pte = pt_find(uvm->root, va);

	return pte != NULL && (*pte & PTE_V) ? pte_page(*pte) : NULL;
}

/* Let *pte map the frame, unless there is a page. */
static bool map_page(pte_t *pte, void *frame, uint64 rights)
{
	if (pte == NULL || (*pte & PTE_V))
		return false;

	pte_t entry = pte_make_user(frame, rights);

	*pte = rights & PTE_W ? pte_to_cow(entry) : entry;
	return true;
}

bool uvm_map(struct uvm *uvm, uint64 va, void *frame)
{
	spin_acquire(&uvm->lock);
	bool mapped = map_page(pt_make(uvm->root, va), frame,
			       region_find(&uvm->regions, va)->rights);
	spin_release(&uvm->lock);
	return mapped;
}

/* Take a range with its pages from a program that may be using it. */
static int take_back_locked(struct uvm *uvm, uint64 start, uint64 end)
	REQUIRES(uvm->lock)
{
	int error = regions_promise(&uvm->regions, start, end, NO_REGION, NULL);

	if (error == 0)
		unmap_range(uvm, start, end);
	return error;
}

static int grow_locked(struct uvm *uvm, uint64 brk) REQUIRES(uvm->lock)
{
	uint64 start = ROUND_UP(uvm->brk, PGSIZE), end = ROUND_UP(brk, PGSIZE);
	int error = -ENOMEM;

	if (range_is_free(&uvm->regions, start, end))
		error = regions_promise(&uvm->regions, start, end,
					PTE_R | PTE_W, NULL);
	if (error == 0)
		uvm->brk = brk;
	return error;
}

static int shrink_locked(struct uvm *uvm, uint64 brk) REQUIRES(uvm->lock)
{
	uint64 start = ROUND_UP(brk, PGSIZE), end = ROUND_UP(uvm->brk, PGSIZE);
	int error = take_back_locked(uvm, start, end);

	if (error == 0)
		uvm->brk = brk;
	return error;
}

int uvm_check_sbrk(const struct uvm *uvm, int64 delta)
{
	uint64 old = uvm->brk, brk = old + (uint64)delta;

	if (delta < 0 && (-(uint64)delta > old || brk < uvm->heap))
		return -EINVAL;
	return delta > 0 && (brk < old || brk > USER_TOP) ? -ENOMEM : 0;
}

static long sbrk_locked(struct uvm *uvm, int64 delta) REQUIRES(uvm->lock)
{
	uint64 old = uvm->brk, brk = old + (uint64)delta;
	int error = uvm_check_sbrk(uvm, delta);

	if (error != 0)
		return error;
	error = delta > 0 ? grow_locked(uvm, brk) : shrink_locked(uvm, brk);
	return error == 0 ? (long)old : error;
}

long uvm_sbrk(struct uvm *uvm, int64 delta)
{
	spin_acquire(&uvm->lock);
	long result = sbrk_locked(uvm, delta);
	spin_release(&uvm->lock);
	return result;
}

int uvm_munmap(struct uvm *uvm, uint64 start, uint64 end)
{
	spin_acquire(&uvm->lock);
	int error = take_back_locked(uvm, start, end);
	spin_release(&uvm->lock);
	return error;
}

void uvm_forget(struct uvm *uvm, uint64 start, uint64 end)
{
	spin_acquire(&uvm->lock);
	unmap_range(uvm, start, end);
	spin_release(&uvm->lock);
}
