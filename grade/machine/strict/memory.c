/* grade/machine/strict/memory.c: loads from and stores to RAM and devices. */
#include "parts.h"

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
		pending_settle(h); /* a device cannot wait for the value */
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
