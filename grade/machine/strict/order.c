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
		if (old->when <= oldest)
			break;
		if (old->pa != pa)
			continue;
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

/* ---- late loads ---- */

/* The load from pa took place in its turn. */
static void settle_one(struct hart *h, uint64_t pa)
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

void order_settle(struct hart *h)
{
	h->late = 0;
	for (uint32_t n = 0; n < h->npending; n++)
		h->pending[n].late_pa = 0;
}

void order_use(struct hart *h, uint32_t reg)
{
	if (h->late >> reg & 1)
		settle_one(h, h->late_pa[reg]);
}

/* Whether a late load from late_pa is from the same bytes. */
static bool near(uint64_t late_pa, uint64_t pa, unsigned size)
{
	return late_pa < pa + size && pa < late_pa + 8;
}

/* The hart's later accesses to the same bytes come after the load. */
static void settle_at(struct hart *h, uint64_t pa, unsigned size)
{
	for (uint32_t n = 0; n < h->npending; n++)
		if (near(h->pending[n].late_pa, pa, size))
			settle_one(h, h->pending[n].late_pa);
	for (uint64_t left = h->late; left != 0; left &= left - 1)
		if (near(h->late_pa[__builtin_ctzl(left)], pa, size))
			h->late &= ~(left & -left);
}

/* Returns the late load whose value a store would store, or 0. */
uint64_t order_begin(struct hart *h, const struct insn *i)
{
	uint64_t from = 0;

	order_use(h, i->rs1);
	if (i->kind != KIND_MEMORY)
		order_use(h, i->rs2);
	else if (h->late >> i->rs2 & 1)
		from = h->late_pa[i->rs2];
	h->late &= ~(1UL << i->rd);
	return from;
}

void order_end(struct hart *h, const struct insn *i)
{
	if (i->kind == KIND_MEMORY) {
		h->late |= 1UL << i->rd;
		h->late_pa[i->rd] = h->late_load;
	}
	h->late_load = 0;
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
	settle_one(h, pa);
}

/* ---- loads ---- */

uint64_t order_load(struct hart *h, uint64_t pa, unsigned size, uint64_t since)
{
	uint64_t word = pa & ~7UL, value;
	uint64_t *read = &h->reads[pa / 8 % READS];

	h->performed = now(h);
	settle_at(h, pa, size);
	if (pa % 8 + size > 8 || has_pending(h, pa, size)) {
		for (uint32_t n = 0; n < h->npending; n++)
			if (overlaps(&h->pending[n], pa, size))
				settle_one(h, h->pending[n].late_pa);
		return order_forward(h, pa, size, ram_load(h->m, pa, size));
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

/* ---- the store buffer ---- */

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

/* A load sees the hart's own stores that are still in the buffer. */
uint64_t order_forward(const struct hart *h, uint64_t pa, unsigned size,
		       uint64_t value)
{
	for (uint32_t n = 0; n < h->npending; n++)
		if (overlaps(&h->pending[n], pa, size))
			value = with_store(&h->pending[n], pa, size, value);
	return value;
}

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
	order_settle(h);
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

uint64_t order_walked(struct hart *h, uint64_t pa, uint64_t value)
{
	for (uint32_t n = 0; n < h->npending; n++) {
		if (!h->pending[n].is_fenced ||
		    !overlaps(&h->pending[n], pa, 8))
			continue;
		settle_one(h, h->pending[n].late_pa);
		value = with_store(&h->pending[n], pa, 8, value);
	}
	return value;
}

/* Called before an atomic operation on that address that is not a release. */
void order_drain_at(struct hart *h, uint64_t pa, unsigned size)
{
	settle_at(h, pa, size);
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
	uint64_t late_pa = h->late_store;

	settle_at(h, pa, size);
	if (late_pa != 0 && (size < 8 || near(late_pa, pa, size))) {
		settle_one(h, late_pa);
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
		order_settle(h);
	if (after & FENCE_R && before != 0)
		h->floor = now(h);
	nasty(h);
}
