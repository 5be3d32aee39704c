/* kernel/mm/fetch.c: fetch pages of files. */
#include "abi/errno.h"
#include "lib/csr.h"
#include "mm/fault.h"

static enum fault meaning(int error)
{
	switch (error) {
	case -EFAULT:
		return FAULT_BEYOND;
	case -ENOMEM:
		return FAULT_NOMEM;
	case -ENOSPC:
		return FAULT_FULL;
	case -EINTR:
		return FAULT_KILLED;
	default:
		return FAULT_IO;
	}
}

/* Fetch the page at va. Only the process itself changes its regions and maps
 * pages, so nothing changes during the sleep. */
static enum fault fetch(struct uvm *uvm, uint64 va, enum access access)
{
	const struct region *region = region_find(&uvm->regions, va);
	struct page_source *source = region->source;
	int error = source->fetch(source, uvm, ROUND_DOWN(va, PGSIZE), access);

	if (error != 0)
		return meaning(error);
	if (region->rights & PTE_X)
		fence_i(); /* the kernel has stored the instructions */
	return FAULT_FIXED;
}

enum fault uvm_fault_in(struct uvm *uvm, uint64 va, enum access access)
{
	enum fault fault;

	do {
		spin_acquire(&uvm->lock);
		fault = uvmfault(uvm, va, access);
		spin_release(&uvm->lock);
		if (fault != FAULT_FETCH)
			return fault;
		fault = fetch(uvm, va, access);
	} while (fault == FAULT_FIXED);
	return fault;
}
