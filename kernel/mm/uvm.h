/* kernel/mm/uvm.h: the address space of a program.
 *
 *   0        text, constants, data    laid out by the ELF file
 *   guard    unmapped: STACK_GAP      keeps the stack out of the data
 *            stack
 *   heap     heap                     grows by sbrk()
 *   brk      mappings                 placed by mmap(), from USER_TOP down
 *
 * A program may also map and unmap pages anywhere else but in the gap.
 */
#pragma once

#include "lib/list.h"
#include "lib/spinlock.h"
#include "mm/pagetable.h"
#include "mm/region.h"

struct uvm {
	struct spinlock lock; /* also guards all entries below root */
	pte_t *root;          /* [init] */
	uint64 guard;         /* [lock] start of the gap; 0: no stack yet */
	uint64 heap;          /* [lock] start of the heap */
	uint64 brk;           /* [lock] end of the heap */
	uint64 faults;        /* [lock] page faults so far */
	uint64 copies;        /* [lock] frames copied for a write */
	uint64 takeovers;     /* [lock] frames taken over without a copy */
	uint64 awaited;       /* [lock] a page that a copy needs (usercopy.h) */
	bool awaited_store;   /* [lock] whether it will store to that page */
	struct list link;     /* [uvms_lock] on all_uvms */
	/* [lock] What the program was promised. Only its own calls change this,
	 * so these may read it without the lock. */
	struct regions regions;
};

/* [uvms_lock] All address spaces, including those under construction. */
extern struct list all_uvms;
extern struct spinlock uvms_lock; /* taken before the lock of one of them */

/* Return an empty address space, or NULL if memory is exhausted. */
struct uvm *uvm_create(void);

/* Free the address space and drop all frames that it maps. No hart may be using
 * it. */
void uvm_destroy(struct uvm *uvm);

/* Do a part of uvm_destroy() for a large address space: take all pages and
 * regions from `start` on, where the addresses of a page table begin. */
void uvm_cut(struct uvm *uvm, uint64 start) EXCLUDES(uvm->lock);

/* The end of all pages. */
static inline uint64 uvm_end(const struct uvm *uvm)
{
	return regions_end(&uvm->regions);
}

/* Switch this hart to the user space of `uvm`; NULL: to none. Flushes every
 * user translation that the hart has cached, even of `uvm` itself. */
void uvm_use(const struct uvm *uvm);

/* Promise to the empty address space `child` what the program of the caller,
 * `parent`, was promised. Returns 0; or -ENOMEM, also if the policy does not
 * allow it (mm/promise.h). */
int uvm_copy_regions(struct uvm *child, const struct uvm *parent);

/* Share the pages of `parent` in [start, end), page-aligned, with `child`,
 * where none is mapped yet; a page is copied when one of them writes to it.
 * This is the memory half of fork. After -ENOMEM the child may have some of the
 * pages, and the parent's program sees no change. */
int uvmcopy(struct uvm *child, struct uvm *parent, uint64 start, uint64 end)
	EXCLUDES(parent->lock);

/* Add the region [start, end), as region_append() does, with `rights` out of
 * PTE_R, PTE_W and PTE_X, and without pages. The heap will begin after it.
 * Returns 0; or -ENOMEM, also if the policy does not allow that much
 * (mm/promise.h). */
int uvm_promise(struct uvm *uvm, uint64 start, uint64 end, uint64 rights)
	EXCLUDES(uvm->lock);

/* Map pages at [start, end), page-aligned and promised, with the rights that
 * their regions have now: those that are there, copied if others own them, too,
 * and zeroed ones. After -ENOMEM some of the pages may be missing. */
int uvm_alloc(struct uvm *uvm, uint64 start, uint64 end) EXCLUDES(uvm->lock);

/* Map a frame of which the caller is one of several owners at va, page-aligned
 * and promised. The page becomes the owner in place of the caller, and a write
 * to it makes a copy. False, with nothing changed, if there is a page already
 * or memory is exhausted. */
bool uvm_map(struct uvm *uvm, uint64 va, void *frame) EXCLUDES(uvm->lock);

/* The lowest address of the stack, or 0 if there is no stack yet. */
static inline uint64 uvm_stack(const struct uvm *uvm)
{
	return uvm->guard != 0 ? uvm->guard + STACK_GAP : 0;
}

/* The end of the part that `va` is in: the image and the stack, the heap, or
 * the mappings. A region may be in two of them. */
static inline uint64 uvm_part_end(const struct uvm *uvm, uint64 va)
{
	if (va < uvm->heap)
		return uvm->heap;
	return va < uvm->brk ? ROUND_UP(uvm->brk, PGSIZE) : USER_END;
}

/* Like pt_next_run(), but skips the gap below the stack. Inline, because fork
 * calls it for each run. */
static inline bool uvm_next_run(const struct uvm *uvm, uint64 va, uint64 end,
				struct pte_run *run)
{
	if (va < uvm->guard &&
	    pt_next_run(uvm->root, va, MIN(end, uvm->guard), run))
		return true;
	return pt_next_run(uvm->root, MAX(va, uvm_stack(uvm)), end, run);
}

/* Return the page at `va`, as an address in the direct map, regardless of the
 * program's rights; NULL if none is mapped. Only for an address space in which
 * no program runs yet. */
void *uvm_page(const struct uvm *uvm, uint64 va);

/* Move the end of the heap by `delta` bytes. A new page gets a frame when it is
 * first touched. Returns the old end; -ENOMEM if addresses are exhausted, a
 * mapping is in the way, there are too many regions, or the policy does not
 * allow that much (mm/promise.h); -EINVAL if the heap would end before it
 * starts. */
long uvm_sbrk(struct uvm *uvm, int64 delta) EXCLUDES(uvm->lock);

/* Check whether uvm_sbrk() could move the end by `delta`, leaving exhausted
 * memory aside: 0, or the error. Only for the process that owns the heap, since
 * nobody else moves its end. */
int uvm_check_sbrk(const struct uvm *uvm, int64 delta);

/* Take [start, end), page-aligned and not empty, from a program that may be
 * using it. Returns 0; or -ENOMEM with nothing changed, which can only be if
 * both ends lie in the middle of one region. */
int uvm_munmap(struct uvm *uvm, uint64 start, uint64 end) EXCLUDES(uvm->lock);

/* Drop the pages of [start, end), page-aligned. What was promised stays, so
 * they will be made again, as zeros. */
void uvm_forget(struct uvm *uvm, uint64 start, uint64 end) EXCLUDES(uvm->lock);
