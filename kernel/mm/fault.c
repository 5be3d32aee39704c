/* kernel/mm/fault.c: what a page fault means. */
#include "mm/fault.h"

#include "lib/csr.h"
#include "lib/panic.h"
#include "lib/string.h"
#include "mm/frame.h"
#include "mm/pagetable.h"
#include "mm/vmcount.h"

static const uint64 needed[] = {
	[ACCESS_LOAD] = PTE_V | PTE_U | PTE_R,
	[ACCESS_STORE] = PTE_V | PTE_U | PTE_W,
	[ACCESS_EXEC] = PTE_V | PTE_U | PTE_X,
};

bool pte_allows(pte_t pte, enum access access)
{
	return (pte & needed[access]) == needed[access];
}

/* Let *pte map a cleared frame of the program's own. */
static enum fault give_zeros(pte_t *pte, uint64 flags)
{
	void *frame = kzalloc();

	if (frame == NULL)
		return FAULT_NOMEM;
	*pte = pte_make(frame, flags);
	if (flags & PTE_X)
		fence_i(); /* the frame may have had other instructions */
	vmcount_add(VM_zero_fill, 1);
	return FAULT_FIXED;
}

/* Resolve a fault at va, where there is no page. If the program was promised
 * one, it gets a cleared frame for a write, and otherwise the zero frame. `pte`
 * is the entry for va, or NULL if there is no table.
 *
 * Not inlined, so that uvmfault() saves few registers. */
static __attribute__((noinline)) enum fault
fault_absent(struct uvm *uvm, pte_t *pte, uint64 va, enum access access)
	REQUIRES(uvm->lock)
{
	const struct region *region = region_find(&uvm->regions, va);

	if (region == NULL)
		return FAULT_UNMAPPED;
	if (!(region->rights & needed[access]))
		return FAULT_DENIED;
	if (unlikely(region->source != NULL))
		return FAULT_FETCH;
	if (pte == NULL)
		pte = pt_make(uvm->root, va);
	if (pte == NULL)
		return FAULT_NOMEM;

	pte_t entry = pte_make_user(zero_frame, region->rights);

	if (access != ACCESS_STORE) {
		*pte = entry & PTE_W ? pte_to_cow(entry) : entry;
		return FAULT_FIXED;
	}
	return give_zeros(pte, pte_flags(entry));
}

/* Give the writer at *pte, which maps the zero frame, a frame of its own. */
static __attribute__((noinline)) enum fault zero_break(pte_t *pte, uint64 va)
{
	enum fault fault = give_zeros(pte, pte_flags(pte_to_writable(*pte)));

	sfence_page(va); /* T1: loads must not find the zero frame any more */
	return fault;
}

/* Give the writer at *pte a frame of its own.
 *
 * A count of 1 means that the frame is ours and stays ours: only an address
 * space that maps a frame can add an owner, and this one is locked. The
 * takeover needs no fence: a hart that still caches the old entry faults once
 * more, and finds the write allowed. */
static enum fault cow_break(struct uvm *uvm, pte_t *pte, uint64 va)
	REQUIRES(uvm->lock)
{
	void *shared = pte_page(*pte);

	if (frame_owners(shared) == 1) {
		*pte = pte_to_writable(*pte);
		vmcount_add(VM_cow_reuse, 1);
		uvm->takeovers++;
		return FAULT_FIXED;
	}
	if (shared == zero_frame)
		return zero_break(pte, va);

	void *own = kalloc();

	if (own == NULL)
		return FAULT_NOMEM;
	page_copy(own, shared);
	*pte = pte_make(own, pte_flags(pte_to_writable(*pte)));
	sfence_page(va); /* T1: before the old frame is dropped */
	if (*pte & PTE_X)
		fence_i();
	frame_put(shared);
	vmcount_add(VM_cow_copy, 1);
	uvm->copies++;
	return FAULT_FIXED;
}

/* What an access means that the entry does not allow. The program may still
 * store to a page that it shares: the source has to allow it first. */
static __attribute__((noinline)) enum fault
denied(const struct uvm *uvm, uint64 va, enum access access) REQUIRES(uvm->lock)
{
	const struct region *region = region_find(&uvm->regions, va);

	if (access == ACCESS_STORE && region_is_shared(region) &&
	    (region->rights & PTE_W))
		return FAULT_FETCH;
	return FAULT_DENIED;
}

enum fault uvmfault(struct uvm *uvm, uint64 va, enum access access)
{
	ASSERT(spin_held(&uvm->lock), "a fault is resolved under the lock");

	pte_t *pte = va < USER_TOP ? pt_find(uvm->root, va) : NULL;

	if (pte == NULL || !(*pte & PTE_V))
		return fault_absent(uvm, pte, va, access);
	if (access == ACCESS_STORE && (*pte & PTE_COW))
		return cow_break(uvm, pte, va);
	if (!pte_allows(*pte, access))
		return denied(uvm, va, access);
	/* The hart has cached an older state of the entry. */
	sfence_page(va);
	return FAULT_FIXED;
}
