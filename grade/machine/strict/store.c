/* grade/machine/strict/store.c: makes a store visible to all harts. */
#include "parts.h"

#define TABLE_STORES_MAX 1024

static void note_change(struct machine *m, int hart, uint64_t pa, uint64_t old,
			uint64_t new, uint64_t pc)
{
	struct change *change = &m->changes[pa / 8 % CHANGES];
	const struct hart *h = &m->hart[hart < 0 ? 0 : hart];

	if (old != new)
		*change = (struct change){ .pa = pa,
					   .old = old,
					   .new = new,
					   .when = now(h),
					   .pc = pc,
					   .hart = hart };
}

/* A store to a page from which tables or instructions have been read. */
static void watched_store(struct machine *m, int hart, uint64_t pa,
			  unsigned size, uint64_t value, uint64_t pc)
{
	struct page *page = page_of(m, pa);
	uint64_t entry = pa & ~7UL, old = ram_load(m, entry, 8);

	if (page->flags & PAGE_TABLE && is_strict(m, STRICT_TLB) &&
	    is_strict(m, STRICT_WALK))
		tlb_before_store(m, entry);
	memcpy(ram_at(m, pa), &value, size);
	if (page->flags & PAGE_TABLE) {
		note_change(m, hart, entry, old, ram_load(m, entry, 8), pc);
		/* After many stores, the frame is probably not a table any
		 * more. */
		if (++page->stores == TABLE_STORES_MAX)
			page->flags &= (uint8_t)~PAGE_TABLE;
		if (is_strict(m, STRICT_TLB))
			fast_flush_all(m);
		if (hart >= 0)
			nasty(&m->hart[hart]);
	}
	if (page->flags & PAGE_CODE) {
		page->version++;
		page->flags &= (uint8_t)~PAGE_CODE;
		fast_flush_all(m);
	}
}

void ram_store(struct machine *m, int hart, uint64_t pa, unsigned size,
	       uint64_t value, uint64_t pc)
{
	if (pa % 8 + size > 8) {
		unsigned first = 8 - pa % 8;

		ram_store(m, hart, pa, first, value, pc);
		ram_store(m, hart, pa + first, size - first,
			  value >> (8 * first), pc);
		return;
	}
	if (is_strict(m, STRICT_ORDER))
		past_note(m, hart, pa & ~7UL, pc);
	if (page_of(m, pa)->flags != 0)
		watched_store(m, hart, pa, size, value, pc);
	else if (likely(size == 8))
		memcpy(ram_at(m, pa), &value, 8);
	else
		memcpy(ram_at(m, pa), &value, size);
}
