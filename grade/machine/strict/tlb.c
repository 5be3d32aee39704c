/* grade/machine/strict/tlb.c: chooses the translation that a hart uses
 * (privileged specification, 4.2.1).
 *
 * A hart may use any translation that was valid at some time since the latest
 * sfence.vma that covers it. So it keeps all entries that it has fetched, leaf
 * and upper ones, by ASID, whatever is written to satp. It also fetches entries
 * ahead of use, preferably those that are about to change. Where it has an old
 * and a new entry, it chooses at random. */
#include "parts.h"

#define PTE_V (1UL << 0)
#define PTE_RWX 0xeUL

/* Walk the tables from the root or from a kept upper entry, and keep the
 * result. */
static void walk_and_keep(struct hart *h, uint64_t va, bool ahead,
			  struct leaf *leaf)
{
	const struct kept *upper[KEPT_CHOICES];
	uint32_t n = kept_gather(h, va, false, upper);
	struct kept start;
	bool from_upper = n != 0 && !one_in(h->m, 4);

	if (from_upper)
		start = *upper[below(h->m, n)];
	walk(h, va, from_upper ? &start : NULL, false, leaf);
	leaf->entry.ahead = ahead;
	if (leaf->is_valid)
		kept_add(h, &leaf->entry);
}

void tlb_find(struct hart *h, uint64_t va, enum access access, uint32_t mode,
	      struct leaf *leaf)
{
	const struct kept *found[KEPT_CHOICES];
	uint32_t n = kept_gather(h, va, true, found);

	if (n == 0 || one_in(h->m, 8)) {
		walk_and_keep(h, va, false, leaf);
	} else {
		/* The oldest entry is the one most likely to do harm. */
		uint32_t choice =
			one_in(h->m, 4) ? (uint32_t)below(h->m, n) : n - 1;

		*leaf = (struct leaf){ .is_valid = true,
				       .from_kept = true,
				       .upper.level = NO_UPPER };
		leaf->entry = *found[choice];
	}
	if (leaf->from_kept || leaf->upper.level != NO_UPPER)
		story_stale(h, va, access, mode, leaf);
}

/* ---- ahead of use ---- */

static bool can_walk(const struct hart *h)
{
	return h->satp >> 60 == 8;
}

/* Choose an address that the tables map: at each level, the next valid entry
 * from a random point on. */
static bool draw_address(struct hart *h, uint64_t *va)
{
	struct machine *m = h->m;
	uint64_t table = (h->satp & ((1UL << 44) - 1)) * PAGE;

	*va = 0;
	for (int level = 2; level >= 0; level--) {
		uint64_t from = below(m, 512), pte = 0, n = 0;

		if (!in_ram(m, table, PAGE))
			return false;
		for (; n < 512; n++) {
			uint64_t index = (from + n) % 512;

			pte = ram_load(m, table + index * 8, 8);
			if (pte & PTE_V) {
				*va |= index << (12 + 9 * level);
				break;
			}
		}
		if (n == 512)
			return false;
		if (pte & PTE_RWX)
			break;
		table = pte_target(pte, 0, 0);
	}
	*va = (uint64_t)((int64_t)(*va << 25) >> 25);
	return true;
}

/* Perhaps fetch a translation ahead of use, as a hart may at any moment. */
void tlb_ahead(struct hart *h)
{
	uint64_t va = h->recent[below(h->m, RECENT)];
	struct leaf leaf;

	if (!can_walk(h) || (one_in(h->m, 4) && !draw_address(h, &va)))
		return;
	walk_and_keep(h, va, true, &leaf);
}

/* The entry at pa is about to change, so fetch it ahead of use now. */
void tlb_before_store(struct machine *m, uint64_t pa)
{
	const struct page *page = page_of(m, pa);
	uint64_t span = PAGE << (9 * page->level);
	uint64_t va = page->va + pa % PAGE / 8 * span;
	struct leaf leaf;

	for (uint32_t n = 0; n < m->nharts; n++)
		if (can_walk(&m->hart[n]) && one_in(m, 2))
			walk_and_keep(&m->hart[n], va, true, &leaf);
}
