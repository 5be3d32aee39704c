/* kernel/mm/uvm.h: the address space of a program.
 *
 *   0        text, constants, data    as the ELF file says
 *   guard    nothing: STACK_GAP       the stack must not grow into data
 *            stack
 *   heap     heap                     grows by sbrk()
 *   brk      nothing, up to USER_END
 */
#pragma once

#include "lib/list.h"
#include "lib/spinlock.h"
#include "mm/pagetable.h"

struct uvm {
	struct spinlock lock; /* also for all entries below root */
	pte_t *root;          /* [init] */
	uint64 guard;         /* [lock] where the gap begins; 0: no stack yet */
	uint64 heap;          /* [lock] address where the heap begins */
	uint64 brk;           /* [lock] where it ends; all pages are below */
	uint64 faults;        /* [lock] since it was made: page faults */
	uint64 copies;        /* [lock] frames copied for a write */
	uint64 takeovers;     /* [lock] frames that a writer had alone */
	struct list link;     /* [uvms_lock] on all_uvms */
};

/* [uvms_lock] Every address space, those too that are being made. */
extern struct list all_uvms;

/* An empty address space, or NULL when memory is out. */
struct uvm *uvm_create(void);

/* Give back all that it maps, and itself. No hart uses it any more. */
void uvm_destroy(struct uvm *uvm);

/* A part of uvm_destroy(), for a large one: free all pages from `brk` on, which
 * is page-aligned and becomes its end. */
void uvm_cut(struct uvm *uvm, uint64 brk) EXCLUDES(uvm->lock);

/* This hart's user space is `uvm`'s from now on; NULL: nobody's. Whatever the
 * hart remembers of another user space, or of this one from an earlier time, is
 * fenced. */
void uvm_use(const struct uvm *uvm);

/* fork's part: `child`, empty so far, gets what `parent` has. They share the
 * frames until one of them writes. Returns 0 or -ENOMEM; then the child may
 * hold a part, and for the parent's program nothing has changed. */
int uvmcopy(struct uvm *child, struct uvm *parent) EXCLUDES(parent->lock);

/* Map cleared pages over [start, end), page-aligned, with the rights PTE_R,
 * PTE_W, PTE_X in `rights`; a page that is there already gets these rights as
 * well. All addresses below `end` are the program's from now on. Returns 0 or
 * -ENOMEM; then a part may be mapped. */
int uvm_alloc(struct uvm *uvm, uint64 start, uint64 end, uint64 rights)
	EXCLUDES(uvm->lock);

/* Where the stack begins; 0 if there is no stack yet. */
static inline uint64 uvm_stack(const struct uvm *uvm)
{
	return uvm->guard != 0 ? uvm->guard + STACK_GAP : 0;
}

/* pt_next_run() over all that the program may have, without the guard. Inline,
 * since fork calls it for each run. */
static inline bool uvm_next_run(const struct uvm *uvm, uint64 va,
				struct pte_run *run)
{
	if (va < uvm->guard && pt_next_run(uvm->root, va, uvm->guard, run))
		return true;
	return pt_next_run(uvm->root, MAX(va, uvm_stack(uvm)), uvm->brk, run);
}

/* The page at va in the direct map, whatever the program may do with it; NULL
 * when there is none. For an address space that no program runs in yet. */
void *uvm_page(const struct uvm *uvm, uint64 va);

/* Move the end of the heap by `delta` bytes. Returns where it was, -ENOMEM when
 * there is no room or no memory, -EINVAL for less than no heap. */
long uvm_sbrk(struct uvm *uvm, int64 delta) EXCLUDES(uvm->lock);

/* Check whether the heap could end there: 0, or the error. Only for the process
 * that owns the heap, since nobody else moves its end. */
int uvm_check_sbrk(const struct uvm *uvm, int64 delta);
