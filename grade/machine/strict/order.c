/* grade/machine/strict/order.c: the order of memory, as weak as RVWMO allows
 * (unprivileged specification, chapter 14).
 *
 * Stores wait in a buffer and become visible late, in any order that fences and
 * overlaps allow. A load is made at once or earlier: it may see memory as it
 * was at any step since the last step that its order requires. That is the
 * latest of: the last fence or acquire, the step from which the value in its
 * address is, the hart's own stores to the address, and its earlier loads from
 * there. */
#include "parts.h"

#define PENDING_AGE 3000 /* the most steps that a store waits */
#define EARLY_AGE 30000  /* the most steps that a load is early */

/* ---- old values ---- */

static uint32_t bucket_of(uint64_t pa)
{
	return (uint32_t)(pa / 8 * 0x9e3779b97f4a7c15UL >> 40) % OLD_BUCKETS;
}

/* Record the eight bytes at pa, which are about to change. */
void order_note(struct machine *m, int hart, uint64_t pa, uint64_t pc)
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

const struct old_value *order_latest(const struct machine *m, uint64_t pa)
{
	uint32_t number = m->old_bucket[bucket_of(pa)];

	while (number != 0 && m->nold - number < OLD_VALUES) {
		const struct old_value *old =
			&m->old[(number - 1) % OLD_VALUES];

		if (old->pa == pa)
			return old;
		number = old->before;
	}
	return NULL;
}

static bool overlaps(const struct pending_store *store, uint64_t pa,
		     unsigned size)
{
	return store->pa < pa + size && pa < store->pa + store->size;
}

static bool has_pending(const struct hart *h, uint64_t pa, unsigned size)
{
	for (uint32_t n = 0; n < h->npending; n++)
		if (overlaps(&h->pending[n], pa, size))
			return true;
	return false;
}

static uint64_t max(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* The eight bytes as they were at a random step not before `earliest`. */
static uint64_t early_value(struct hart *h, uint64_t pa, uint64_t value,
			    uint64_t earliest)
{
	struct machine *m = h->m;
	uint32_t number = m->old_bucket[bucket_of(pa)];
	const struct old_value *first = NULL;
	uint64_t oldest = max(earliest, now(h) - EARLY_AGE);

	if (now(h) < EARLY_AGE)
		oldest = earliest;
	while (number != 0 && m->nold - number < OLD_VALUES) {
		const struct old_value *old =
			&m->old[(number - 1) % OLD_VALUES];

		number = old->before;
		if (old->pa != pa)
			continue;
		if (old->hart == (int)h->id || old->when <= oldest ||
		    (first != NULL && one_in(m, 2)))
			break;
		value = old->value;
		h->performed = old->when - 1;
		first = first == NULL ? old : first;
	}
	if (first != NULL)
		story_early(h, pa, first);
	return value;
}

uint64_t order_load(struct hart *h, uint64_t pa, unsigned size, uint64_t since)
{
	uint64_t word = pa & ~7UL, value;
	uint64_t *read = &h->reads[pa / 8 % READS];

	h->performed = now(h);
	if (pa % 8 + size > 8 || has_pending(h, pa, size))
		return order_forward(h, pa, size, ram_load(h->m, pa, size));
	value = ram_load(h->m, word, 8);
	if (one_in(h->m, 3))
		value = early_value(h, word, value,
				    max(max(h->floor, since), *read));
	*read = max(*read, h->performed);
	value >>= 8 * (pa % 8);
	return size < 8 ? value & ((1UL << (8 * size)) - 1) : value;
}

/* ---- the store buffer ---- */

/* A load sees the hart's own stores that are still in the buffer. */
uint64_t order_forward(const struct hart *h, uint64_t pa, unsigned size,
		       uint64_t value)
{
	uint8_t bytes[8];

	if (h->npending == 0)
		return value;
	memcpy(bytes, &value, 8);
	for (uint32_t n = 0; n < h->npending; n++) {
		const struct pending_store *store = &h->pending[n];

		if (!overlaps(store, pa, size))
			continue;
		for (unsigned b = 0; b < store->size; b++)
			if (store->pa + b - pa < size)
				bytes[store->pa + b - pa] =
					(uint8_t)(store->value >> (8 * b));
	}
	memcpy(&value, bytes, 8);
	return value;
}

static void perform(struct hart *h, uint32_t n)
{
	struct pending_store store = h->pending[n];

	h->npending--;
	for (; n < h->npending; n++)
		h->pending[n] = h->pending[n + 1];
	ram_store(h->m, (int)h->id, store.pa, store.size, store.value,
		  store.pc);
}

/* True if a store may become visible before all older ones. */
static bool may_pass(const struct hart *h, uint32_t n)
{
	const struct pending_store *store = &h->pending[n];

	if (store->epoch != h->pending[0].epoch)
		return false;
	for (uint32_t older = 0; older < n; older++)
		if (overlaps(&h->pending[older], store->pa, store->size))
			return false;
	return true;
}

static void drain_one(struct hart *h)
{
	uint32_t n = (uint32_t)below(h->m, h->npending);

	perform(h, may_pass(h, n) ? n : 0);
}

void order_drain(struct hart *h)
{
	while (h->npending != 0)
		perform(h, 0);
}

/* Called before the hart runs, so that no store waits for ever. */
void order_drain_some(struct hart *h)
{
	while (h->npending != 0 &&
	       (h->pending[0].when + PENDING_AGE < now(h) || one_in(h->m, 2)))
		drain_one(h);
}

/* Called before an atomic operation on that address that is not a release. */
void order_drain_at(struct hart *h, uint64_t pa, unsigned size)
{
	for (uint32_t n = 0; n < h->npending; n++) {
		if (overlaps(&h->pending[n], pa, size) ||
		    h->pending[n].epoch != h->epoch) {
			order_drain(h);
			return;
		}
	}
}

void order_store(struct hart *h, uint64_t pa, unsigned size, uint64_t value)
{
	if (pa % 8 + size > 8) {
		order_drain(h);
		ram_store(h->m, (int)h->id, pa, size, value, h->pc);
		return;
	}
	if (h->npending == PENDING_MAX)
		drain_one(h);
	h->pending[h->npending++] = (struct pending_store){
		.pa = pa,
		.value = value,
		.pc = h->pc,
		.when = now(h),
		.size = (uint8_t)size,
		.epoch = h->epoch,
	};
	if (one_in(h->m, 4))
		drain_one(h);
}

void order_fence(struct hart *h, uint32_t before, uint32_t after)
{
	if (before & (FENCE_W | FENCE_O) &&
	    after & (FENCE_R | FENCE_I | FENCE_O))
		order_drain(h);
	else if (before & FENCE_W && after & FENCE_W)
		h->epoch++;
	if (after & FENCE_R && before != 0)
		h->floor = now(h);
	nasty(h);
}
