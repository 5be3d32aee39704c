/* grade/machine/strict/pending.c: the stores of a hart that are not visible
 * yet, and its loads that may be late, as the hart itself sees them. */
#include "parts.h"

bool pending_overlaps(const struct pending_store *store, uint64_t pa,
		      unsigned size)
{
	return store->pa < pa + size && pa < store->pa + store->size;
}

bool pending_at(const struct hart *h, uint64_t pa, unsigned size)
{
	for (uint32_t n = 0; n < h->npending; n++)
		if (pending_overlaps(&h->pending[n], pa, size))
			return true;
	return false;
}

/* ---- late loads ---- */

void pending_settle_one(struct hart *h, uint64_t pa)
{
	if (pa == 0)
		return;
	for (uint32_t n = 0; n < h->npending; n++)
		if (h->pending[n].late_pa == pa)
			h->pending[n].late_pa = 0;
	for (uint64_t left = h->late; left != 0; left &= left - 1)
		if (h->late_pa[__builtin_ctzl(left)] == pa)
			h->late &= ~(left & -left);
}

void pending_settle(struct hart *h)
{
	h->late = 0;
	for (uint32_t n = 0; n < h->npending; n++)
		h->pending[n].late_pa = 0;
}

void pending_use(struct hart *h, uint32_t reg)
{
	if (h->late >> reg & 1)
		pending_settle_one(h, h->late_pa[reg]);
}

/* Whether a late load from late_pa is from the same bytes. */
bool pending_near(uint64_t late_pa, uint64_t pa, unsigned size)
{
	return late_pa < pa + size && pa < late_pa + 8;
}

void pending_settle_at(struct hart *h, uint64_t pa, unsigned size)
{
	for (uint32_t n = 0; n < h->npending; n++)
		if (pending_near(h->pending[n].late_pa, pa, size))
			pending_settle_one(h, h->pending[n].late_pa);
	for (uint64_t left = h->late; left != 0; left &= left - 1)
		if (pending_near(h->late_pa[__builtin_ctzl(left)], pa, size))
			h->late &= ~(left & -left);
}

uint64_t pending_begin(struct hart *h, const struct insn *i)
{
	uint64_t from = 0;

	pending_use(h, i->rs1);
	if (i->kind != KIND_MEMORY)
		pending_use(h, i->rs2);
	else if (h->late >> i->rs2 & 1)
		from = h->late_pa[i->rs2];
	h->late &= ~(1UL << i->rd);
	return from;
}

void pending_end(struct hart *h, const struct insn *i)
{
	if (i->kind == KIND_MEMORY) {
		h->late |= 1UL << i->rd;
		h->late_pa[i->rd] = h->late_load;
	}
	h->late_load = 0;
}

/* ---- what the hart sees ---- */

/* The `value` at pa after that store. */
static uint64_t with_store(const struct pending_store *store, uint64_t pa,
			   unsigned size, uint64_t value)
{
	uint8_t bytes[8];

	memcpy(bytes, &value, 8);
	for (unsigned b = 0; b < store->size; b++)
		if (store->pa + b - pa < size)
			bytes[store->pa + b - pa] =
				(uint8_t)(store->value >> (8 * b));
	memcpy(&value, bytes, 8);
	return value;
}

uint64_t pending_forward(const struct hart *h, uint64_t pa, unsigned size,
			 uint64_t value)
{
	for (uint32_t n = 0; n < h->npending; n++)
		if (pending_overlaps(&h->pending[n], pa, size))
			value = with_store(&h->pending[n], pa, size, value);
	return value;
}

uint64_t pending_walked(struct hart *h, uint64_t pa, uint64_t value)
{
	for (uint32_t n = 0; n < h->npending; n++) {
		if (!h->pending[n].is_fenced ||
		    !pending_overlaps(&h->pending[n], pa, 8))
			continue;
		pending_settle_one(h, h->pending[n].late_pa);
		value = with_store(&h->pending[n], pa, 8, value);
	}
	return value;
}
