/* kernel/mm/mapping.c: memory that a program maps where it likes.
 *
 * Mappings are regions like all others. Fork and faults do not tell those that
 * are made of zeros from the heap. */
#include "mm/mapping.h"

#include "abi/errno.h"
#include "lib/csr.h"
#include "mm/pagetable.h"

bool uvm_may_map(const struct uvm *uvm, uint64 start, uint64 end)
{
	return start >= PGSIZE && start < end && end <= USER_TOP &&
	       (end <= uvm->guard || start >= uvm_stack(uvm));
}

/* The highest free address above the heap for so many bytes, or 0. */
static uint64 find_room(const struct uvm *uvm, uint64 bytes) REQUIRES(uvm->lock)
{
	uint64 low = ROUND_UP(uvm->brk, PGSIZE), high = USER_TOP;
	const struct region *r = uvm->regions.list + uvm->regions.count;

	for (; r > uvm->regions.list && r[-1].end > low; r--) {
		if (high - r[-1].end >= bytes)
			return high - bytes;
		high = r[-1].start;
	}
	return high >= low + bytes ? high - bytes : 0;
}

long uvm_mmap(struct uvm *uvm, uint64 addr, uint64 bytes, uint64 rights,
	      struct page_source *source)
{
	long result = -ENOMEM;

	spin_acquire(&uvm->lock);
	if (!uvm_may_map(uvm, addr, addr + bytes) ||
	    !range_is_free(&uvm->regions, addr, addr + bytes))
		addr = find_room(uvm, bytes);
	if (source != NULL)
		source->start = addr;
	if (addr != 0)
		result = regions_promise(&uvm->regions, addr, addr + bytes,
					 rights, source);
	spin_release(&uvm->lock);
	return result == 0 ? (long)addr : result;
}

static void protect_range(struct uvm *uvm, uint64 start, uint64 end,
			  uint64 rights) REQUIRES(uvm->lock)
{
	bool is_shared = region_is_shared(region_find(&uvm->regions, start));
	struct pte_run run;

	for (uint64 va = start; pt_next_run(uvm->root, va, end, &run);
	     va = run.end)
		for (uint64 i = 0; i < run.count; i++)
			if (run.entry[i] & PTE_V)
				run.entry[i] = pte_with_rights(
					run.entry[i], rights, is_shared);
	sfence_user(); /* T1: the program must lose its rights at once */
	if (rights & PTE_X)
		fence_i(); /* it may have stored the instructions */
}

int uvm_mprotect(struct uvm *uvm, uint64 start, uint64 end, uint64 rights)
{
	spin_acquire(&uvm->lock);
	int error = regions_promise(&uvm->regions, start, end, rights,
				    region_find(&uvm->regions, start)->source);
	if (error == 0)
		protect_range(uvm, start, end, rights);
	spin_release(&uvm->lock);
	return error;
}
