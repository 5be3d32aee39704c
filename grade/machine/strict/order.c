/* grade/machine/strict/order.c: the order of memory, as weak as RVWMO allows
 * (unprivileged specification, chapter 14).
 *
 * Stores wait in a buffer and become visible late, in any order that fences and
 * overlaps allow. A load is made at once or earlier: it may see memory as it
 * was at any step since the last step that its order requires. That is the
 * latest of: the last fence or acquire, the step from which the value in its
 * address is, the hart's own stores to the address, and its earlier loads from
 * there.
 *
 * A load whose value is only copied to other memory may also be late: it is
 * made when the copy becomes visible, which may be after later atomic
 * operations. A fence, a release, or any other use of the register settles that
 * the load was made in its turn. */
#include "parts.h"

#define PENDING_AGE 3000 /* the most steps that a store waits */
#define EARLY_AGE 30000  /* the most steps that a load is early */

/* ---- loads ---- */

static uint64_t max(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* The eight bytes as they were at a random step not before `earliest`. */
static uint64_t early_value(struct hart *h, uint64_t pa, uint64_t value,
			    uint64_t earliest)
{
	struct machine *m = h->m;
	const struct old_value *old = NULL, *first = NULL;
	uint64_t oldest = max(earliest, now(h) - EARLY_AGE);

	if (now(h) < EARLY_AGE)
		oldest = earliest;
	while ((old = past_store(m, pa, old, oldest + 1)) != NULL) {
		if (old->hart == (int)h->id || (first != NULL && one_in(m, 2)))
			break;
		value = old->value;
		h->performed = old->when - 1;
		first = first == NULL ? old : first;
	}
	if (first != NULL)
		story_early(h, pa, first);
	return value;
}

/* The load from pa takes place now. */
static void load_late(struct hart *h, uint64_t pa)
{
	uint64_t value = ram_load(h->m, pa, 8);

	for (uint32_t n = 0; n < h->npending; n++)
		if (h->pending[n].late_pa == pa)
			h->pending[n].value = value;
	for (uint64_t left = h->late; left != 0; left &= left - 1) {
		int reg = __builtin_ctzl(left);

		if (h->late_pa[reg] != pa)
			continue;
		h->x[reg] = value;
		h->seen[reg] = now(h);
	}
	h->reads[pa / 8 % READS] = now(h);
	pending_settle_one(h, pa);
}

uint64_t order_load(struct hart *h, uint64_t pa, unsigned size, uint64_t since)
{
	uint64_t word = pa & ~7UL, value;
	uint64_t *read = &h->reads[pa / 8 % READS];

	h->performed = now(h);
	pending_settle_at(h, pa, size);
	if (pa % 8 + size > 8 || pending_at(h, pa, size)) {
		for (uint32_t n = 0; n < h->npending; n++)
			if (pending_overlaps(&h->pending[n], pa, size))
				pending_settle_one(h, h->pending[n].late_pa);
		return pending_forward(h, pa, size, ram_load(h->m, pa, size));
	}
	value = ram_load(h->m, word, 8);
	switch (below(h->m, 6)) {
	case 0:
	case 1:
		value = early_value(h, word, value,
				    max(max(h->floor, since), *read));
		break;
	case 2:
		h->late_load = size == 8 ? pa : 0;
	}
	*read = max(*read, h->performed);
	value >>= 8 * (pa % 8);
	return size < 8 ? value & ((1UL << (8 * size)) - 1) : value;
}

/* ---- stores ---- */

static void perform(struct hart *h, uint32_t n)
{
	struct pending_store *store = &h->pending[n];

	if (store->late_pa != 0)
		load_late(h, store->late_pa);
	/* Walks that it sets off see it as one that waits. */
	ram_store(h->m, (int)h->id, store->pa, store->size, store->value,
		  store->pc);
	h->npending--;
	for (; n < h->npending; n++)
		h->pending[n] = h->pending[n + 1];
}

/* True if a store may become visible before all older ones. */
static bool may_pass(const struct hart *h, uint32_t n)
{
	const struct pending_store *store = &h->pending[n];

	if (store->epoch != h->pending[0].epoch)
		return false;
	for (uint32_t older = 0; older < n; older++)
		if (pending_overlaps(&h->pending[older], store->pa,
				     store->size))
			return false;
	return true;
}

static void drain_one(struct hart *h)
{
	uint32_t n = (uint32_t)below(h->m, h->npending);

	if (n == 0 || !may_pass(h, n)) {
		perform(h, 0);
		return;
	}
	perform(h, n);
	perhaps_preempt(h); /* only now can others see their order */
}

void order_drain(struct hart *h)
{
	pending_settle(h);
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

/* Called before an sfence.vma, which orders the stores before it with this
 * hart's walks and nothing else. */
void order_drain_tables(struct hart *h)
{
	for (uint32_t n = 0; n < h->npending;) {
		struct pending_store *store = &h->pending[n];

		store->is_fenced = true;
		if (page_of(h->m, store->pa)->flags & PAGE_TABLE &&
		    may_pass(h, n))
			perform(h, n);
		else
			n++;
	}
}

/* Called before an atomic operation on that address that is not a release. */
void order_drain_at(struct hart *h, uint64_t pa, unsigned size)
{
	pending_settle_at(h, pa, size);
	for (uint32_t n = 0; n < h->npending; n++) {
		if (pending_overlaps(&h->pending[n], pa, size) ||
		    h->pending[n].epoch != h->epoch) {
			order_drain(h);
			return;
		}
	}
}

void order_store(struct hart *h, uint64_t pa, unsigned size, uint64_t value)
{
	uint64_t late_pa = h->late_store;

	pending_settle_at(h, pa, size);
	if (late_pa != 0 && (size < 8 || pending_near(late_pa, pa, size))) {
		pending_settle_one(h, late_pa);
		late_pa = 0;
	}
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
		.late_pa = late_pa,
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
	if (before & FENCE_R)
		pending_settle(h);
	if (after & FENCE_R && before != 0)
		h->floor = now(h);
	nasty(h);
}
