/* grade/machine/strict/tables.c: page tables: the rights in an entry, and the
 * walk (privileged specification, 4.3.2 and 4.4). */
#include "csr_bits.h"
#include "parts.h"

#define PTE_V (1UL << 0)
#define PTE_R (1UL << 1)
#define PTE_W (1UL << 2)
#define PTE_X (1UL << 3)
#define PTE_U (1UL << 4)
#define PTE_G (1UL << 5)
#define PTE_A (1UL << 6)
#define PTE_D (1UL << 7)

/* ---- rights ---- */

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
		entry->pte = pending_forward(h, pa, 8, entry->pte);
		return true;
	}
	entry->pte = pending_walked(h, pa, entry->pte);
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
