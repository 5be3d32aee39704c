/* grade/machine/strict/mmu.c: translates virtual addresses, by the page tables
 * or by a translation that is kept (privileged specification, 4.3). */
#include "parts.h"

#define PTE_A (1UL << 6)
#define PTE_D (1UL << 7)

static bool translation_on(const struct hart *h, uint32_t mode)
{
	return mode != MODE_M && h->satp >> 60 == 8;
}

static bool accessed_enough(uint64_t pte, enum access access)
{
	uint64_t need = PTE_A | (access == ACCESS_STORE ? PTE_D : 0);

	return (pte & need) == need;
}

static bool page_fault(struct hart *h, uint64_t va, enum access access)
{
	static const uint8_t cause[] = { 13, 15, 12 };

	except(h, cause[access], va);
	return false;
}

static bool access_fault(struct hart *h, uint64_t va, enum access access)
{
	static const uint8_t cause[] = { 5, 7, 1 };

	except(h, cause[access], va);
	return false;
}

/* Set A and D in memory, unless that is left to software (4.3.1). */
static bool set_accessed(struct hart *h, struct leaf *leaf, enum access access)
{
	struct kept *entry = &leaf->entry;
	uint64_t next = entry->pte | PTE_A;

	if (is_strict(h->m, STRICT_AD))
		return false;
	if (access == ACCESS_STORE)
		next |= PTE_D;
	order_drain_at(h, entry->pte_pa, 8);
	ram_store(h->m, (int)h->id, entry->pte_pa, 8, next, h->pc);
	entry->pte = next;
	return true;
}

/* Find a leaf for the access. Returns false after a fault. */
static bool find_leaf(struct hart *h, uint64_t va, enum access access,
		      uint32_t mode, struct leaf *leaf)
{
	if ((uint64_t)((int64_t)(va << 25) >> 25) != va)
		return page_fault(h, va, access);
	if (is_strict(h->m, STRICT_TLB))
		tlb_find(h, va, access, mode, leaf);
	else
		walk(h, va, NULL, false, leaf);
	/* If a kept entry lacks A or D, the hart walks again to set them. */
	if (leaf->from_kept && !is_strict(h->m, STRICT_AD) &&
	    pte_allows(h, leaf->entry.pte, access, mode) &&
	    !accessed_enough(leaf->entry.pte, access))
		walk(h, va, NULL, false, leaf);
	if (leaf->is_access_fault)
		return access_fault(h, va, access);
	if (!leaf->is_valid || !pte_allows(h, leaf->entry.pte, access, mode))
		return page_fault(h, va, access);
	if (!accessed_enough(leaf->entry.pte, access) &&
	    !set_accessed(h, leaf, access))
		return page_fault(h, va, access);
	return true;
}

/* Add a shortcut to a page if every access to it is made in the same way. */
static void make_way(struct hart *h, uint64_t va, uint64_t pa,
		     enum access access, uint32_t mode)
{
	struct machine *m = h->m;
	struct fast *way = &h->fast[mode][access][va / PAGE % FAST_PAGES];
	uint8_t watched = access == ACCESS_STORE ? PAGE_CODE | PAGE_TABLE : 0;

	way->tag = va / PAGE | h->generation;
	way->pa = pa & ~(PAGE - 1);
	way->host = NULL;
	if (!is_strict(m, STRICT_ORDER) && in_ram(m, way->pa, PAGE) &&
	    !(page_of(m, way->pa)->flags & watched))
		way->host = (char *)ram_at(m, way->pa) - (va & ~(PAGE - 1));
}

bool translate(struct hart *h, uint64_t va, enum access access, uint64_t *pa)
{
	uint32_t mode = access == ACCESS_FETCH ? h->mode : data_mode(h);

	if (access != ACCESS_FETCH) {
		const struct fast *way =
			&h->ways[access][va / PAGE % FAST_PAGES];

		if (way->tag == (va / PAGE | h->generation)) {
			*pa = way->pa | va % PAGE;
			return true;
		}
	}
	*pa = va;
	if (translation_on(h, mode)) {
		struct leaf leaf;

		if (!find_leaf(h, va, access, mode, &leaf))
			return false;
		*pa = pte_target(leaf.entry.pte, leaf.entry.level, va);
		h->recent[h->nrecent++ % RECENT] = va & ~(PAGE - 1);
	}
	if (pmp_allows(h, *pa & ~(PAGE - 1), PAGE, access, mode)) {
		if (access != ACCESS_FETCH)
			make_way(h, va, *pa, access, mode);
		return true;
	}
	if (!pmp_allows(h, *pa, 1, access, mode))
		return access_fault(h, va, access);
	return true;
}
