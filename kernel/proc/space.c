/* kernel/proc/space.c: operations on whole address spaces.
 *
 * Between two stretches no lock is held and everything is consistent: counts
 * and page tables agree, and every entry that lost a right has been fenced.
 * /proc and the audit may look then, and see an address space in which some
 * pages are missing. Nobody else changes it: it belongs to the running process,
 * or to no process. */
#include "proc/space.h"

#include "abi/errno.h"
#include "mm/mapping.h"
#include "proc/sleep.h"

/* Bytes of addresses in one stretch. Clearing all of its pages takes about 3
 * million instructions, copying them 5 million. */
#define STRETCH (16UL << 20)

/* Move the end of the heap down to `brk`. Only the first stretch can fail,
 * since the others end where the heap does. */
static int shrink(struct uvm *uvm, uint64 brk)
{
	while (uvm->brk > brk) {
		uint64 bytes = MIN(uvm->brk - brk, STRETCH);
		long result = uvm_sbrk(uvm, -(int64)bytes);

		if (result < 0)
			return (int)result;
		give_way();
	}
	return 0;
}

long space_sbrk(struct uvm *uvm, int64 delta)
{
	uint64 old = uvm->brk;

	if (delta >= -(int64)STRETCH)
		return uvm_sbrk(uvm, delta);

	int error = uvm_check_sbrk(uvm, delta);

	if (error == 0)
		error = shrink(uvm, old + (uint64)delta);
	return error == 0 ? (long)old : error;
}

/* The next address for a loop over stretches: `va`, or the start of the next
 * region if `va` is in none. At most `end`. */
static uint64 next_stretch(const struct uvm *uvm, uint64 va, uint64 end)
{
	const struct region *region = region_next(&uvm->regions, va);

	return region != NULL ? MIN(MAX(va, region->start), end) : end;
}

/* The end of the stretch that begins at `start`. A region with a source is not
 * changed together with another one. */
static uint64 stretch_end(const struct uvm *uvm, uint64 start)
{
	uint64 end = start + STRETCH;

	if (uvm->regions.sourced == 0)
		return end;
	return MIN(end, region_find(&uvm->regions, start)->end);
}

/* What is done to one stretch. */
typedef int stretch_fn(struct uvm *uvm, uint64 start, uint64 end,
		       uint64 rights);

/* Do the same to all stretches of [start, end). The first one splits a region
 * where that is necessary, so the others need no memory for the list; but the
 * policy may refuse one of them (mm/promise.h). */
static int each_stretch(struct uvm *uvm, uint64 start, uint64 end,
			uint64 rights, stretch_fn *change)
{
	int error = 0;

	start = next_stretch(uvm, start, end);
	while (error == 0 && start < end) {
		uint64 next = MIN(stretch_end(uvm, start), end);

		error = change(uvm, start, next, rights);
		start = next_stretch(uvm, next, end);
		if (error == 0 && start < end)
			error = give_way();
	}
	return error;
}

static int munmap_stretch(struct uvm *uvm, uint64 start, uint64 end,
			  uint64 rights)
{
	(void)rights;
	return uvm_munmap(uvm, start, end);
}

int space_munmap(struct uvm *uvm, uint64 start, uint64 end)
{
	return each_stretch(uvm, start, end, 0, munmap_stretch);
}

static int forget_stretch(struct uvm *uvm, uint64 start, uint64 end,
			  uint64 rights)
{
	(void)rights;
	uvm_forget(uvm, start, end);
	return 0;
}

int space_forget(struct uvm *uvm, uint64 start, uint64 end)
{
	return each_stretch(uvm, start, end, 0, forget_stretch);
}

int space_mprotect(struct uvm *uvm, uint64 start, uint64 end, uint64 rights)
{
	return each_stretch(uvm, start, end, rights, uvm_mprotect);
}

/* Copy [start, end) to the child, except for the pages that the two share: the
 * child fetches those when it touches them (mm/shared.h). */
static int copy_stretch(struct uvm *child, struct uvm *parent, uint64 start,
			uint64 end)
{
	int error = 0;

	if (parent->regions.sourced == 0)
		return uvmcopy(child, parent, start, end);
	while (error == 0 && start < end) {
		const struct region *region =
			region_next(&parent->regions, start);

		if (region == NULL)
			break;
		start = MAX(start, region->start);

		uint64 next = MIN(region->end, end);

		if (start < end && !region_is_shared(region))
			error = uvmcopy(child, parent, start, next);
		start = next;
	}
	return error;
}

int space_copy(struct uvm *child, struct uvm *parent)
{
	uint64 end = uvm_end(parent), next = MIN(STRETCH, end);
	int error = uvm_copy_regions(child, parent);

	if (error == 0)
		error = copy_stretch(child, parent, 0, next);
	while (error == 0 && next < end) {
		uint64 start = next_stretch(parent, next, end);

		error = give_way();
		if (error != 0)
			return error;
		next = MIN(start + STRETCH, end);
		error = copy_stretch(child, parent, start, next);
	}
	return error;
}

void space_drop(struct uvm *uvm)
{
	while (uvm_end(uvm) > STRETCH) {
		uvm_cut(uvm, ROUND_DOWN(uvm_end(uvm) - 1, STRETCH));
		give_way();
	}
	uvm_destroy(uvm);
}
