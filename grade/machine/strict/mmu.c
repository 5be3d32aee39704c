/* grade/machine/strict/mmu.c: translates virtual addresses: Sv39 (privileged
 * specification, 4.3.2 and 4.4) and physical memory protection (3.7). */
#include "csr.h"
#include "parts.h"

#define PTE_V (1UL << 0)
#define PTE_R (1UL << 1)
#define PTE_W (1UL << 2)
#define PTE_X (1UL << 3)
#define PTE_U (1UL << 4)
#define PTE_G (1UL << 5)
#define PTE_A (1UL << 6)
#define PTE_D (1UL << 7)

/* ---- shortcuts ---- */

/* Drop all shortcuts of the hart, so that it translates every address again. */
void fast_flush(struct hart *h)
{
	h->generation += 1UL << 52;
	h->code_vpn = NEVER;
	if (h->generation >> 52 != GENERATIONS - 1)
		return;
	memset(h->fast, NO_UPPER, sizeof(h->fast));
	memset(h->fast_code, NO_UPPER, sizeof(h->fast_code));
	h->generation = 1UL << 52;
}

void fast_flush_all(struct machine *m)
{
	for (uint32_t n = 0; n < m->nharts; n++)
		fast_flush(&m->hart[n]);
}

/* ---- rights ---- */

/* The mode in which loads and stores are made (3.1.6.3). */
uint32_t data_mode(const struct hart *h)
{
	return h->mstatus & MPRV ? h->mstatus >> 11 & 3 : h->mode;
}

bool translation_on(const struct hart *h, uint32_t mode)
{
	return mode != MODE_M && h->satp >> 60 == 8;
}

/* The range of PMP entry n. Returns false if the entry is off. */
static bool pmp_range(const struct hart *h, uint32_t n, uint64_t *first,
		      uint64_t *last)
{
	uint64_t addr = h->pmpaddr[n];

	switch (h->pmpcfg[n] >> 3 & 3) {
	case 0:
		return false;
	case 1: /* TOR */
		*first = n == 0 ? 0 : h->pmpaddr[n - 1] << 2;
		*last = (addr << 2) - 1;
		return *first < addr << 2;
	case 2: /* NA4 */
		*first = addr << 2;
		*last = *first + 3;
		return true;
	default: /* NAPOT: the ones at the end give the size */
		*first = (addr & (addr + 1)) << 2;
		*last = ((addr | (addr + 1)) << 2) + 3;
		return true;
	}
}

bool pmp_allows(const struct hart *h, uint64_t pa, uint64_t bytes,
		enum access access, uint32_t mode)
{
	static const uint8_t right[] = { 1, 2, 4 };
	uint64_t first, last;

	for (uint32_t n = 0; n < 16; n++) {
		if (!pmp_range(h, n, &first, &last) || pa + bytes <= first ||
		    pa > last)
			continue;
		if (pa < first || pa + bytes - 1 > last)
			return false;
		if (mode == MODE_M && !(h->pmpcfg[n] & 0x80))
			return true;
		return h->pmpcfg[n] & right[access];
	}
	return mode == MODE_M;
}

/* 4.3.2, steps 5 to 7, without A and D. */
bool pte_allows(const struct hart *h, uint64_t pte, enum access access,
		uint32_t mode)
{
	if (mode == MODE_U && !(pte & PTE_U))
		return false;
	if (mode == MODE_S && pte & PTE_U &&
	    (access == ACCESS_FETCH || !(h->mstatus & SUM)))
		return false;
	switch (access) {
	case ACCESS_FETCH:
		return pte & PTE_X;
	case ACCESS_STORE:
		return pte & PTE_W;
	default:
		return pte & PTE_R || (h->mstatus & MXR && pte & PTE_X);
	}
}

static bool accessed_enough(uint64_t pte, enum access access)
{
	uint64_t need = PTE_A | (access == ACCESS_STORE ? PTE_D : 0);

	return (pte & need) == need;
}

/* ---- walks ---- */

/* Note that the page is a table, so that stores to it are watched from now
 * on. */
static void note_table(struct machine *m, uint64_t pa, uint32_t level,
		       uint64_t va)
{
	struct page *page = page_of(m, pa);

	if (!(page->flags & PAGE_TABLE)) {
		page->flags |= PAGE_TABLE;
		fast_flush_all(m);
	}
	page->stores = 0;
	page->level = (uint8_t)level;
	page->va = va & ~((PAGE << (9 * (level + 1))) - 1);
}

static uint64_t span(uint32_t level)
{
	return PAGE << (9 * level);
}

uint64_t pte_target(uint64_t pte, uint32_t level, uint64_t va)
{
	return (pte >> 10 & ((1UL << 44) - 1)) * PAGE |
	       (va & (span(level) - 1));
}

static bool is_pointer(uint64_t pte)
{
	return !(pte & (PTE_R | PTE_W | PTE_X | PTE_U | PTE_A | PTE_D));
}

static bool is_leaf(uint64_t pte, uint32_t level)
{
	return pte & (PTE_R | PTE_X) && (pte & PTE_R || !(pte & PTE_W)) &&
	       (pte >> 10 & (span(level) / PAGE - 1)) == 0;
}

/* Read the entry for va in the table at `table`. Returns false if there is no
 * memory. */
static bool read_entry(struct hart *h, uint64_t table, uint64_t va,
		       bool as_seen, struct kept *entry)
{
	struct machine *m = h->m;
	uint64_t pa = table + (va >> (12 + 9 * entry->level) & 511) * 8;

	if (!in_ram(m, pa, 8) || !pmp_allows(h, pa, 8, ACCESS_LOAD, MODE_S))
		return false;
	entry->pte_pa = pa;
	entry->pte = ram_load(m, pa, 8);
	entry->va = va & ~(span(entry->level) - 1);
	if (as_seen) {
		entry->pte = order_forward(h, pa, 8, entry->pte);
		return true;
	}
	entry->pte = order_walked(h, pa, entry->pte);
	note_table(m, pa, entry->level, va);
	return true;
}

void walk(struct hart *h, uint64_t va, const struct kept *upper, bool as_seen,
	  struct leaf *leaf)
{
	uint64_t table = (h->satp & ((1UL << 44) - 1)) * PAGE;
	struct kept *entry = &leaf->entry;

	*leaf = (struct leaf){ .upper.level = NO_UPPER };
	*entry = (struct kept){ .since = now(h),
				.pc = h->pc,
				.asid = h->satp >> 44 & 0xffff,
				.level = 2 };
	if (upper != NULL) {
		leaf->upper = *upper;
		entry->level = upper->level - 1;
		entry->global = upper->global;
		table = pte_target(upper->pte, 0, 0);
	}
	for (;; entry->level--) {
		if (!read_entry(h, table, va, as_seen, entry)) {
			leaf->is_access_fault = true;
			return;
		}
		if (!(entry->pte & PTE_V) || entry->pte >> 54 != 0)
			return;
		entry->global |= (entry->pte & PTE_G) != 0;
		if (!is_pointer(entry->pte)) {
			leaf->is_valid = is_leaf(entry->pte, entry->level);
			return;
		}
		if (entry->level == 0)
			return;
		if (!as_seen && is_strict(h->m, STRICT_TLB))
			kept_add(h, entry);
		table = pte_target(entry->pte, 0, 0);
	}
}

/* ---- translation ---- */

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

/* Set A and D in memory, unless software is to do that (4.3.1). */
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
		kept_find(h, va, access, mode, leaf);
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
