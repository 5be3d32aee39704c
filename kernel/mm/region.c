/* kernel/mm/region.c: the addresses that a program may use. */
#include "mm/region.h"

#include "abi/errno.h"
#include "abi/limits.h"
#include "lib/string.h"
#include "mm/frame.h"
#include "mm/promise.h"

#define REGIONS_MAX (PGSIZE / sizeof(struct region))

void regions_free(struct regions *regions)
{
	if (regions->sourced != 0)
		regions_cut(regions, 0);
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
	to->sourced = from->sourced;
	for (uint64 i = 0; from->sourced != 0 && i < from->count; i++)
		if (to->list[i].source != NULL)
			source_get(to->list[i].source);
	return 0;
}

/* The bytes of it for which the program may need frames of its own. */
static uint64 writable(const struct region *region)
{
	if (!(region->rights & PTE_W) || region_is_shared(region))
		return 0;
	return region->end - region->start;
}

/* Count a region that the list has now... */
static void count_in(struct regions *regions, const struct region *region)
{
	regions->writable += writable(region);
	if (unlikely(region->source != NULL)) {
		regions->sourced++;
		source_get(region->source);
	}
}

/* ... or no longer has. */
static void count_out(struct regions *regions, const struct region *region)
{
	regions->writable -= writable(region);
	if (unlikely(region->source != NULL)) {
		regions->sourced--;
		source_put(region->source);
	}
}

/* Whether one region can take the place of both. */
static bool is_joined(const struct region *region, const struct region *next)
{
	return region->end == next->start && region->rights == next->rights &&
	       region->source == next->source;
}

/* Add a region that does not begin before the end of the last one. */
static int append(struct regions *regions, const struct region *new)
{
	struct region *next = regions->list + regions->count;
	int error = 0;

	if (new->start == new->end)
		return 0;
	if (regions->count > 0 && is_joined(&next[-1], new)) {
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
	count_in(regions, new);
	return 0;
}

void regions_cut(struct regions *regions, uint64 end)
{
	while (regions->count > 0) {
		struct region *last = &regions->list[regions->count - 1];

		if (last->start < end) {
			regions->writable -= writable(last);
			last->end = MIN(last->end, end);
			regions->writable += writable(last);
			return;
		}
		count_out(regions, last);
		regions->count--;
	}
}

int region_append(struct regions *regions, uint64 start, uint64 end,
		  uint64 rights)
{
	const struct region *next = regions->list + regions->count;

	if (regions->count > 0 && next[-1].end > start) {
		struct region both = { start, MIN(next[-1].end, end),
				       next[-1].rights | rights, NULL };

		regions_cut(regions, start);

		int error = append(regions, &both);

		if (error != 0)
			return error;
		start = both.end;
	}
	return append(regions, &(struct region){ start, end, rights, NULL });
}

/* Add a piece to `n` others, or extend the last one by it. Returns how many
 * there are then. */
static uint64 add_piece(struct region *pieces, uint64 n,
			const struct region *new)
{
	if (n > 0 && is_joined(&pieces[n - 1], new)) {
		pieces[n - 1].end = new->end;
		return n;
	}
	pieces[n] = *new;
	return n + 1;
}

/* The part of a region that lies in [start, end). */
static struct region region_part(const struct region *region, uint64 start,
				 uint64 end)
{
	struct region part = *region;

	part.start = MAX(part.start, start);
	part.end = MIN(part.end, end);
	return part;
}

/* Replace list[first] to list[after - 1] by `n` pieces. */
static int splice(struct regions *regions, uint64 first, uint64 after,
		  const struct region *pieces, uint64 n)
{
	uint64 rest = regions->count - after, count = first + n + rest;
	int error = 0;

	if (count > REGIONS_MAX)
		return -ENOMEM;
	if (count > REGIONS_FEW && regions->list == regions->few)
		error = list_grow(regions);
	if (error != 0)
		return error;

	struct region *at = regions->list + first;

	/* In this order, so that no source ends that is still needed. */
	for (uint64 i = 0; i < n; i++)
		count_in(regions, &pieces[i]);
	for (uint64 i = first; i < after; i++)
		count_out(regions, &regions->list[i]);
	memmove(at + n, regions->list + after, rest * sizeof(*at));
	memcpy(at, pieces, n * sizeof(*at));
	regions->count = count;
	return 0;
}

/* Not inlined, so that regions_set() saves few registers. */
static __attribute__((noinline)) int replace(struct regions *regions,
					     const struct region *new)
{
	struct region *r = regions->list, *limit = r + regions->count;
	uint64 start = new->start, end = new->end, n = 0;
	struct region pieces[3], part;

	if (start == end)
		return 0;
	while (r < limit && r->end < start)
		r++;

	/* Replace the regions that overlap the new one or touch it. */
	struct region *first = r;

	if (r < limit && r->start < start) {
		part = region_part(r, 0, start);
		n = add_piece(pieces, n, &part);
	}
	if (new->rights != NO_REGION)
		n = add_piece(pieces, n, new);
	while (r < limit && r->start <= end)
		r++;
	if (r > first && r[-1].end > end) {
		part = region_part(&r[-1], end, USER_END);
		n = add_piece(pieces, n, &part);
	}
	return splice(regions, (uint64)(first - regions->list),
		      (uint64)(r - regions->list), pieces, n);
}

int regions_set(struct regions *regions, uint64 start, uint64 end,
		uint64 rights, struct page_source *source)
{
	const struct region new = { start, end, rights, source };

	if (start >= regions_end(regions) && rights != NO_REGION)
		return append(regions, &new);
	return replace(regions, &new);
}

/* What is taken back counts until it is gone. */
int regions_promise(struct regions *regions, uint64 start, uint64 end,
		    uint64 rights, struct page_source *source)
{
	const struct region new = { start, end, rights, source };
	uint64 before = regions->writable, most = before;

	if (rights != NO_REGION)
		most += writable(&new);
	if (most != before && start < regions_end(regions))
		most -= regions_writable(regions, start, end);

	int error = promise_change(before, most);

	if (error != 0)
		return error;
	error = regions_set(regions, start, end, rights, source);
	if (regions->writable != most)
		promise_change(most, regions->writable);
	return error;
}

struct region regions_hole(const struct regions *regions, uint64 va)
{
	struct region hole = { 0, USER_END, 0, NULL };

	for (uint64 i = 0; i < regions->count; i++) {
		if (regions->list[i].start > va) {
			hole.end = regions->list[i].start;
			break;
		}
		hole.start = regions->list[i].end;
	}
	return hole;
}

bool regions_cover(const struct regions *regions, uint64 start, uint64 end)
{
	while (start < end) {
		const struct region *region = region_find(regions, start);

		if (region == NULL)
			return false;
		start = region->end;
	}
	return true;
}

bool regions_may_store(const struct regions *regions, uint64 start, uint64 end)
{
	for (uint64 i = 0; i < regions->count; i++) {
		const struct region *r = &regions->list[i];

		if (r->start < end && start < r->end && region_is_shared(r) &&
		    !r->source->may_store)
			return false;
	}
	return true;
}

uint64 regions_writable(const struct regions *regions, uint64 start, uint64 end)
{
	uint64 bytes = 0;

	for (uint64 i = 0; i < regions->count; i++) {
		struct region part = region_part(&regions->list[i], start, end);

		if (part.start < part.end)
			bytes += writable(&part);
	}
	return bytes;
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
