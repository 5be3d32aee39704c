/* kernel/mm/fault.c: what a page fault means. */
#include "mm/fault.h"

#include "lib/csr.h"
#include "lib/panic.h"
#include "mm/pagetable.h"

static const uint64 needed[] = {
	[ACCESS_LOAD] = PTE_V | PTE_U | PTE_R,
	[ACCESS_STORE] = PTE_V | PTE_U | PTE_W,
	[ACCESS_EXEC] = PTE_V | PTE_U | PTE_X,
};

bool pte_allows(pte_t pte, enum access access)
{
	return (pte & needed[access]) == needed[access];
}

enum fault uvmfault(struct uvm *uvm, uint64 va, enum access access)
{
	ASSERT(spin_held(&uvm->lock), "faults are seen to under the lock");

	pte_t *pte = va < USER_TOP ? pt_find(uvm->root, va) : NULL;

	if (pte == NULL || !(*pte & PTE_V))
		return FAULT_UNMAPPED;
	if (!pte_allows(*pte, access))
		return FAULT_DENIED;
	/* The hart remembered what the entry was before. */
	sfence_page(va);
	return FAULT_FIXED;
}
