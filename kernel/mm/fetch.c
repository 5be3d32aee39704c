/* kernel/mm/fetch.c: fetch pages of files. */
#include "abi/errno.h"
#include "lib/csr.h"
#include "mm/fault.h"
#include "mm/frame.h"

static enum fault meaning(int error)
{
	switch (error) {
	case -EFAULT:
		return FAULT_BEYOND;
	case -ENOMEM:
		return FAULT_NOMEM;
	case -EINTR:
		return FAULT_KILLED;
	default:
		return FAULT_IO;
	}
}

/* Fetch the page at va, and map it for loads. Only the process itself changes
 * its regions and maps pages, so nothing changes during the sleep. */
static enum fault fetch(struct uvm *uvm, uint64 va)
{
	const struct region *region = region_find(&uvm->regions, va);
	struct page_source *source = region->source;
	uint64 page = ROUND_DOWN(va, PGSIZE);
	void *frame;
	int error = source->page(source, source->offset + page - source->start,
				 &frame);

	if (error != 0)
		return meaning(error);
	if (!uvm_map(uvm, page, frame)) {
		frame_put(frame);
		return FAULT_NOMEM;
	}
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
		fault = fetch(uvm, va);
	} while (fault == FAULT_FIXED);
	return fault;
}
