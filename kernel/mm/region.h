/* kernel/mm/region.h: the addresses that a program may use.
 *
 * A region says what the program was promised, whether or not there are pages
 * yet; the page table says what is there.
 *
 * R1: regions are sorted, disjoint, page-aligned and not empty, and if two are
 *     adjacent, they differ in their rights or their sources. */
#pragma once

#include "mm/source.h"

struct region {
	uint64 start, end;
	uint64 rights;              /* PTE_R, PTE_W, PTE_X */
	struct page_source *source; /* where its pages come from; NULL: zeros */
};

static inline bool region_is_shared(const struct region *region)
{
	return region->source != NULL && region->source->is_shared;
}

#define REGIONS_FEW 5 /* as many as almost every program has */

/* The regions of an address space, guarded by its lock. Must not be moved in
 * memory. */
struct regions {
	struct region *list; /* `few`; or a frame, once there were more */
	uint64 count;
	uint64 writable; /* bytes of them with PTE_W that are not shared */
	uint64 sourced;  /* how many have a source, each with a reference */
	struct region few[REGIONS_FEW];
};

static inline void regions_init(struct regions *regions)
{
	regions->list = regions->few;
	regions->count = regions->writable = regions->sourced = 0;
}

/* Copy `from` to `to`, which is empty. Returns 0; or -ENOMEM, and then `to` is
 * still empty. */
int regions_copy(struct regions *to, const struct regions *from);

/* Add [start, end), page-aligned and after the regions that are there, except
 * that it may share their last page. That page has the rights of both. Returns
 * 0; or -ENOMEM, and then a part of the range may be missing. */
int region_append(struct regions *regions, uint64 start, uint64 end,
		  uint64 rights);

/* Remove all addresses from `end`, page-aligned. */
void regions_cut(struct regions *regions, uint64 end);

/* Let [start, end), page-aligned, be a region with these rights and source, or
 * no region if the rights are NO_REGION; whatever was promised there before
 * does not count any more. Returns 0; or -ENOMEM with nothing changed, because
 * there are too many regions or memory is exhausted. */
int regions_set(struct regions *regions, uint64 start, uint64 end,
		uint64 rights, struct page_source *source);
#define NO_REGION (~0UL)

/* The same, if the policy allows what is promised then (mm/promise.h); -ENOMEM
 * if it does not. */
int regions_promise(struct regions *regions, uint64 start, uint64 end,
		    uint64 rights, struct page_source *source);

/* Make the list empty, and free its memory. */
void regions_free(struct regions *regions);

/* The size of all regions together. */
uint64 regions_bytes(const struct regions *regions);

/* The end of the last region, or 0. */
static inline uint64 regions_end(const struct regions *regions)
{
	return regions->count > 0 ? regions->list[regions->count - 1].end : 0;
}

/* The largest range around va, or around the end of va's region, of which no
 * address lies in a region. Its rights mean nothing. */
struct region regions_hole(const struct regions *regions, uint64 va);

/* Whether every page of [start, end) lies in a region. */
bool regions_cover(const struct regions *regions, uint64 start, uint64 end);

/* The first region that ends after va, or NULL. */
const struct region *region_next(const struct regions *regions, uint64 va);

/* The region that contains va, or NULL. */
static inline const struct region *region_find(const struct regions *regions,
					       uint64 va)
{
	const struct region *region = region_next(regions, va);

	return region != NULL && region->start <= va ? region : NULL;
}

/* Whether no page of [start, end) has a source that refuses all stores. */
bool regions_may_store(const struct regions *regions, uint64 start, uint64 end);

/* The bytes with PTE_W in [start, end) that are not shared. */
uint64 regions_writable(const struct regions *regions, uint64 start,
			uint64 end);

/* Whether no address in [start, end) lies in a region. */
static inline bool range_is_free(const struct regions *regions, uint64 start,
				 uint64 end)
{
	return start >= regions_end(regions) || start == end ||
	       region_next(regions, start)->start >= end;
}
