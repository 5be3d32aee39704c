/* kernel/proc/space.c: operations on whole address spaces.
 *
 * Between two stretches no lock is held and everything is consistent: counts
 * and page tables agree, and every entry that lost a right has been fenced.
 * /proc and the audit may look then, and see an address space in which some
 * pages are missing. Nobody else changes it: it belongs to the running process,
 * or to no process. */
#include "proc/space.h"

#include "abi/errno.h"
#include "mm/uvm.h"
#include "proc/sleep.h"

/* Bytes of addresses in one stretch. Clearing all of its pages takes about 3
 * million instructions, copying them 5 million. */
#define STRETCH (16UL << 20)

/* Move the end of the heap down to `brk`. This cannot fail. */
static void shrink(struct uvm *uvm, uint64 brk)
{
	while (uvm->brk > brk) {
		uvm_sbrk(uvm, -(int64)MIN(uvm->brk - brk, STRETCH));
		give_way();
	}
}

long space_sbrk(struct uvm *uvm, int64 delta)
{
	uint64 old = uvm->brk;

	if (delta >= -(int64)STRETCH)
		return uvm_sbrk(uvm, delta);

	int error = uvm_check_sbrk(uvm, delta);

	if (error != 0)
		return error;
	shrink(uvm, old + (uint64)delta);
	return (long)old;
}

int space_copy(struct uvm *child, struct uvm *parent)
{
	uint64 end = parent->brk, next = MIN(STRETCH, end);
	int error = uvm_copy_regions(child, parent);

	if (error == 0)
		error = uvmcopy(child, parent, 0, next);
	while (error == 0 && next < end) {
		uint64 start = next;

		error = give_way();
		if (error != 0)
			return error;
		next = MIN(start + STRETCH, end);
		error = uvmcopy(child, parent, start, next);
	}
	return error;
}

void space_drop(struct uvm *uvm)
{
	while (uvm->brk > STRETCH) {
		uvm_cut(uvm, ROUND_DOWN(uvm->brk - 1, STRETCH));
		give_way();
	}
	uvm_destroy(uvm);
}
