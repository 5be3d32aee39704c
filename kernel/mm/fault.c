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

	void *own = kalloc();

	if (own == NULL)
		return FAULT_NOMEM;
	page_copy(own, shared);
	*pte = pte_make(own, pte_flags(pte_to_writable(*pte)));
	sfence_page(va); /* T1: before the old frame is dropped */
	frame_put(shared);
	vmcount_add(VM_cow_copy, 1);
	uvm->copies++;
	return FAULT_FIXED;
}

enum fault uvmfault(struct uvm *uvm, uint64 va, enum access access)
{
	ASSERT(spin_held(&uvm->lock), "a fault is resolved under the lock");

	pte_t *pte = va < USER_TOP ? pt_find(uvm->root, va) : NULL;

	if (pte == NULL || !(*pte & PTE_V))
		return FAULT_UNMAPPED;
	if (access == ACCESS_STORE && (*pte & PTE_COW))
		return cow_break(uvm, pte, va);
	if (!pte_allows(*pte, access))
		return FAULT_DENIED;
	/* The hart has cached an older state of the entry. */
	sfence_page(va);
	return FAULT_FIXED;
}
