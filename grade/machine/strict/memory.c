/* grade/machine/strict/memory.c: loads from and stores to RAM and devices. */
#include "parts.h"

/* ---- stores that become visible ---- */

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
		kept_before_store(m, entry);
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
		order_note(m, hart, pa & ~7UL, pc);
	if (page_of(m, pa)->flags != 0)
		watched_store(m, hart, pa, size, value, pc);
	else if (likely(size == 8))
		memcpy(ram_at(m, pa), &value, 8);
	else
		memcpy(ram_at(m, pa), &value, size);
}

/* ---- loads and stores of a hart ---- */

static bool fault(struct hart *h, uint64_t va, bool is_store)
{
	except(h, is_store ? 7 : 5, va);
	return false;
}

/* A misaligned access is not atomic, so it is made byte by byte. */
static bool load_split(struct hart *h, uint64_t va, unsigned size,
		       uint64_t *value)
{
	uint64_t byte;

	*value = 0;
	for (unsigned n = 0; n < size; n++) {
		if (!mem_load(h, va + n, 1, &byte))
			return false;
		*value |= byte << (8 * n);
	}
	return true;
}

static bool store_split(struct hart *h, uint64_t va, unsigned size,
			uint64_t value)
{
	uint64_t pa;

	/* Translate both pages first: a store that faults stores nothing. */
	if (!translate(h, va, ACCESS_STORE, &pa) ||
	    !translate(h, va + size - 1, ACCESS_STORE, &pa))
		return false;
	for (unsigned n = 0; n < size; n++)
		if (!mem_store(h, va + n, 1, value >> (8 * n) & 0xff))
			return false;
	return true;
}

bool mem_load(struct hart *h, uint64_t va, unsigned size, uint64_t *value)
{
	uint64_t pa;

	if (va % PAGE + size > PAGE)
		return load_split(h, va, size, value);
	if (!translate(h, va, ACCESS_LOAD, &pa))
		return false;
	if (!in_ram(h->m, pa, size))
		return device_load(h, pa, size, value) || fault(h, va, false);
	if (is_strict(h->m, STRICT_ORDER))
		*value = order_load(h, pa, size, h->since);
	else
		*value = ram_load(h->m, pa, size);
	return true;
}

bool mem_store(struct hart *h, uint64_t va, unsigned size, uint64_t value)
{
	uint64_t pa;

	if (va % PAGE + size > PAGE)
		return store_split(h, va, size, value);
	if (!translate(h, va, ACCESS_STORE, &pa))
		return false;
	if (!in_ram(h->m, pa, size)) {
		order_settle(h); /* a device cannot wait for the value */
		return device_store(h, pa, size, value) || fault(h, va, true);
	}
	if (is_strict(h->m, STRICT_ORDER))
		order_store(h, pa, size, value);
	else
		ram_store(h->m, (int)h->id, pa, size, value, h->pc);
	return true;
}

bool mem_atomic(struct hart *h, uint64_t va, unsigned size, enum access access,
		uint64_t *pa)
{
	bool is_store = access == ACCESS_STORE;

	if (va % size != 0) {
		except(h, is_store ? 6 : 4, va);
		return false;
	}
	if (!translate(h, va, access, pa))
		return false;
	return in_ram(h->m, *pa, size) || fault(h, va, is_store);
}
