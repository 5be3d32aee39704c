/* kernel/mm/region.h: the addresses that a program may use.
 *
 * A region says what the program was promised, whether or not there are pages
 * yet; the page table says what is there.
 *
 * R1: regions are sorted, disjoint, page-aligned and not empty, and if two are
 *     adjacent, their rights differ. */
#pragma once

#include "lib/types.h"

struct region {
	uint64 start, end;
	uint64 rights; /* PTE_R, PTE_W, PTE_X */
};

#define REGIONS_FEW 5 /* as many as almost every program has */

/* The regions of an address space, guarded by its lock. Must not be moved in
 * memory. */
struct regions {
	struct region *list; /* `few`; or a frame, once there were more */
	uint64 count;
	uint64 writable; /* bytes of them with PTE_W */
	struct region few[REGIONS_FEW];
};

static inline void regions_init(struct regions *regions)
{
	regions->list = regions->few;
	regions->count = regions->writable = 0;
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

/* Make the list empty, and free its memory. */
void regions_free(struct regions *regions);

/* The size of all regions together. */
uint64 regions_bytes(const struct regions *regions);

/* The first region that ends after va, or NULL. */
const struct region *region_next(const struct regions *regions, uint64 va);

/* The region that contains va, or NULL. */
static inline const struct region *region_find(const struct regions *regions,
					       uint64 va)
{
	const struct region *region = region_next(regions, va);

	return region != NULL && region->start <= va ? region : NULL;
}
