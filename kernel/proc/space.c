/* kernel/proc/space.c: work on whole address spaces.
 *
 * Between two stretches no lock is held and everything is consistent: counts
 * and page tables agree, and an entry that lost a right is fenced. /proc and
 * the audit may look then, and see an address space that is smaller than it
 * will be or was. Nobody else changes it: it belongs to the running process, to
 * no process yet, or to none any more. */
#include "proc/space.h"

#include "abi/errno.h"
#include "mm/frame.h"
#include "mm/uvm.h"
#include "proc/sleep.h"

/* Bytes of addresses in one stretch. Clearing all its pages takes about 3
 * million instructions. */
#define STRETCH (16UL << 20)

static bool has_room(uint64 bytes)
{
	return bytes / PGSIZE <= frames_free();
}

int space_alloc(struct uvm *uvm, uint64 start, uint64 end, uint64 rights)
{
	int error = has_room(end - start) ? 0 : -ENOMEM;

	while (error == 0 && start < end) {
		uint64 next = MIN(start + STRETCH, end);

		error = uvm_alloc(uvm, start, next, rights);
		if (error == 0 && next < end)
			error = give_way();
		start = next;
	}
	return error;
}

/* Move the end of the heap down to brk, which cannot fail. */
static void shrink(struct uvm *uvm, uint64 brk)
{
	while (uvm->brk > brk) {
		uvm_sbrk(uvm, -(int64)MIN(uvm->brk - brk, STRETCH));
		give_way();
	}
}

static int grow(struct uvm *uvm, uint64 brk)
{
	int error = 0;

	while (error == 0 && uvm->brk < brk) {
		long old = uvm_sbrk(uvm, (int64)MIN(brk - uvm->brk, STRETCH));

		error = old < 0 ? (int)old : give_way();
	}
	return error;
}

long space_sbrk(struct uvm *uvm, int64 delta)
{
	uint64 old = uvm->brk;

	if (delta >= -(int64)STRETCH && delta <= (int64)STRETCH)
		return uvm_sbrk(uvm, delta);
	int error = uvm_check_sbrk(uvm, delta);

	if (error == 0 && delta > 0 && !has_room((uint64)delta))
		error = -ENOMEM; /* without starving others first */
	if (error != 0)
		return error;
	if (delta > 0)
		error = grow(uvm, old + (uint64)delta);
	shrink(uvm, error == 0 ? old + (uint64)delta : old);
	return error == 0 ? (long)old : error;
}

void space_drop(struct uvm *uvm)
{
	while (uvm->brk > STRETCH) {
		uvm_cut(uvm, ROUND_DOWN(uvm->brk - 1, STRETCH));
		give_way();
	}
	uvm_destroy(uvm);
}
