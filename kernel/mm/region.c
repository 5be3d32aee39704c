/* kernel/mm/region.c: the addresses that a program may use. */
#include "mm/region.h"

#include "abi/errno.h"
#include "abi/limits.h"
#include "lib/string.h"
#include "mm/frame.h"

#define REGIONS_MAX (PGSIZE / sizeof(struct region))

void regions_free(struct regions *regions)
{
	if (regions->list != regions->few)
		kfree(regions->list);
	regions_init(regions);
}

/* Move the list into a frame. */
static int list_grow(struct regions *regions)
{
	struct region *frame = kalloc();

	if (frame == NULL)
		return -ENOMEM;
	memcpy(frame, regions->few, sizeof(regions->few));
	regions->list = frame;
	return 0;
}

int regions_copy(struct regions *to, const struct regions *from)
{
	if (unlikely(from->count > REGIONS_FEW)) {
		int error = list_grow(to);

		if (error != 0)
			return error;
	}
	for (uint64 i = 0; i < from->count; i++)
		to->list[i] = from->list[i];
	to->count = from->count;
	to->writable = from->writable;
	return 0;
}

static uint64 writable(const struct region *region)
{
	return region->rights & PTE_W ? region->end - region->start : 0;
}

/* Add a region that does not begin before the end of the last one. */
static int append(struct regions *regions, const struct region *new)
{
	struct region *next = regions->list + regions->count;
	int error = 0;

	if (new->start == new->end)
		return 0;
	if (regions->count > 0 && next[-1].end == new->start &&
	    next[-1].rights == new->rights) {
		next[-1].end = new->end;
		regions->writable += writable(new);
		return 0;
	}
	if (regions->count == REGIONS_MAX)
		return -ENOMEM;
	if (regions->count == REGIONS_FEW && regions->list == regions->few)
		error = list_grow(regions);
	if (error != 0)
		return error;
	regions->list[regions->count++] = *new;
	regions->writable += writable(new);
	return 0;
}

void regions_cut(struct regions *regions, uint64 end)
{
	while (regions->count > 0) {
		struct region *last = &regions->list[regions->count - 1];

		regions->writable -= writable(last);
		if (last->start < end) {
			last->end = MIN(last->end, end);
			regions->writable += writable(last);
			return;
		}
		regions->count--;
	}
}

int region_append(struct regions *regions, uint64 start, uint64 end,
		  uint64 rights)
{
	const struct region *next = regions->list + regions->count;

	if (regions->count > 0 && next[-1].end > start) {
		struct region both = { start, MIN(next[-1].end, end),
				       next[-1].rights | rights };

		regions_cut(regions, start);

		int error = append(regions, &both);

		if (error != 0)
			return error;
		start = both.end;
	}
	return append(regions, &(struct region){ start, end, rights });
}

uint64 regions_bytes(const struct regions *regions)
{
	uint64 bytes = 0;

	for (uint64 i = 0; i < regions->count; i++)
		bytes += regions->list[i].end - regions->list[i].start;
	return bytes;
}

const struct region *region_next(const struct regions *regions, uint64 va)
{
	const struct region *end = regions->list + regions->count;

	for (const struct region *r = regions->list; r < end; r++)
		if (va < r->end)
			return r;
	return NULL;
}
