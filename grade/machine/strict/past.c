/* grade/machine/strict/past.c: memory as it was before the latest stores. */
#include "parts.h"

static uint32_t bucket_of(uint64_t pa)
{
	return (uint32_t)(pa / 8 * 0x9e3779b97f4a7c15UL >> 40) % OLD_BUCKETS;
}

void past_note(struct machine *m, int hart, uint64_t pa, uint64_t pc)
{
	uint32_t *bucket = &m->old_bucket[bucket_of(pa)];
	const struct hart *h = &m->hart[hart < 0 ? 0 : hart];

	m->old[m->nold % OLD_VALUES] =
		(struct old_value){ .pa = pa,
				    .value = ram_load(m, pa, 8),
				    .when = now(h),
				    .pc = pc,
				    .before = *bucket,
				    .hart = hart };
	*bucket = ++m->nold;
}

const struct old_value *past_store(const struct machine *m, uint64_t pa,
				   const struct old_value *last, uint64_t since)
{
	uint32_t number =
		last != NULL ? last->before : m->old_bucket[bucket_of(pa)];

	while (number != 0 && m->nold - number < OLD_VALUES) {
		const struct old_value *old =
			&m->old[(number - 1) % OLD_VALUES];

		if (old->when < since)
			return NULL;
		if (old->pa == pa)
			return old;
		number = old->before;
	}
	return NULL;
}
