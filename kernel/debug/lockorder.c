/* kernel/debug/lockorder.c: DEBUG: check the order in which locks are taken.
 *
 * The order is a graph of kinds. Each acquisition checks without a lock whether
 * its edge is known, which is nearly always so. A new edge is examined under
 * `busy`. */
#include "debug/lockorder.h"

#ifdef DEBUG
#include "lib/bits.h"
#include "lib/hart.h"
#include "lib/panic.h"
#include "lib/symbols.h"

#define KINDS_MAX 64 /* bits in a word */
#define EDGES_MAX 256

/* A lock of kind `inner` was taken while one of kind `outer` was held. */
struct edge {
	uint32 outer, inner;
	struct lock_site outer_site, inner_site;
};

struct kind {
	const char *name;
	bool sleeps;  /* a sleep lock */
	uint64 inner; /* a bit for each kind taken while it was held */
};

static struct {
	uint32 busy;           /* atomic; the lock of this struct: 1 if held */
	uint32 broken;         /* atomic; 1: a wrong order is being reported */
	uint32 nkinds, nedges; /* [busy] */
	struct kind
		kinds[KINDS_MAX]; /* [busy] from 1; inner is read without it */
	struct edge edges[EDGES_MAX]; /* [busy] */
	uint8 via[KINDS_MAX];         /* [busy] the kind before, on a path */
	uint8 queue[KINDS_MAX];       /* [busy] of the search */
} order;

static void order_lock(void)
{
	while (__atomic_exchange_n(&order.busy, 1, __ATOMIC_ACQUIRE))
		if (panicked())
			hart_park();
}

static void order_unlock(void)
{
	__atomic_store_n(&order.busy, 0, __ATOMIC_RELEASE);
}

/* Find the kind with that name, or add it. */
static uint32 find_kind(const char *name, bool sleeps)
{
	order_lock();
	uint32 kind = 1;

	while (kind <= order.nkinds && (order.kinds[kind].name != name ||
					order.kinds[kind].sleeps != sleeps))
		kind++;
	ASSERT(kind < KINDS_MAX, "KINDS_MAX is large enough for all kinds");
	if (kind > order.nkinds) {
		order.kinds[kind].name = name;
		order.kinds[kind].sleeps = sleeps;
		order.nkinds = kind;
	}
	order_unlock();
	return kind;
}

/* Whether a path of any length, including 0, leads from `from` to `to`. If so,
 * via[] leads back from `to`. */
static bool comes_after(uint32 to, uint32 from)
{
	uint64 seen = 1UL << from;
	uint32 n = 1;

	order.queue[0] = (uint8)from;
	for (uint32 i = 0; i < n; i++) {
		uint64 fresh = order.kinds[order.queue[i]].inner & ~seen;

		seen |= fresh;
		for (; fresh != 0; fresh &= fresh - 1) {
			order.queue[n] = (uint8)lowest_bit(fresh);
			order.via[order.queue[n++]] = order.queue[i];
		}
	}
	return seen >> to & 1;
}

static void report_site(const char *before, uint32 kind, const char *after,
			const struct lock_site *site)
{
	struct symbol at = symbol_at(site->pc - 1);
	struct symbol caller = symbol_at(site->caller - 1);

	kprintf("%s%s%s %s+0x%lx, called by %s+0x%lx\n", before,
		order.kinds[kind].name, after, at.name, at.offset + 1,
		caller.name, caller.offset + 1);
}

static void report_edge(const struct edge *edge)
{
	report_site("  ", edge->inner, " was taken at", &edge->inner_site);
	report_site("  with ", edge->outer, " in hand since",
		    &edge->outer_site);
}

static const struct edge *find_edge(uint32 outer, uint32 inner)
{
	const struct edge *edge = order.edges;

	while (edge->outer != outer || edge->inner != inner)
		edge++;
	return edge;
}

/* The acquisition that completed a cycle, and where it was. */
static struct {
	struct edge wrong;
	uint64 pc, fp;
} cycle;

/* Report the acquisition and the rest of the cycle. */
static void report_cycle(void) __attribute__((noreturn));
static void report_cycle(void)
{
	const struct edge *wrong = &cycle.wrong;

	kprintf("lock order: hart %u takes locks the wrong way round\n",
		this_hart()->hartid);
	report_edge(wrong);
	if (wrong->inner != wrong->outer)
		kprintf("and before, somebody did it like this:\n");
	for (uint32 kind = wrong->outer; kind != wrong->inner;
	     kind = order.via[kind])
		report_edge(find_edge(order.via[kind], kind));
	panic_at(cycle.pc, cycle.fp, "lock order: %s with %s in hand",
		 order.kinds[wrong->inner].name,
		 order.kinds[wrong->outer].name);
}

/* Switch to the stack for panics to report the cycle: locks are taken in deeply
 * nested calls, and the rest of their stack may be too small. */
static void leave_for_cycle(const struct edge *wrong)
	__attribute__((noreturn, noinline));
static void leave_for_cycle(const struct edge *wrong)
{
	__atomic_store_n(&order.broken, 1, __ATOMIC_RELAXED);
	cycle.wrong = *wrong;
	cycle.pc = (uint64)__builtin_return_address(0) - 1;
	cycle.fp = ((uint64 *)__builtin_frame_address(0))[-2];
	order_unlock();
	__asm__ volatile("mv sp, %0\n\tjr %1"
			 :
			 : "r"(this_hart()->panic_stack), "r"(report_cycle)
			 : "memory");
	__builtin_unreachable();
}

static void learn(const struct edge *edge)
{
	order_lock();
	if (__atomic_load_n(&order.broken, __ATOMIC_RELAXED)) {
		order_unlock();
		return;
	}
	if (comes_after(edge->outer, edge->inner))
		leave_for_cycle(edge);
	ASSERT(order.nedges < EDGES_MAX,
	       "EDGES_MAX is large enough for all edges");
	order.edges[order.nedges++] = *edge;
	order.kinds[edge->outer].inner |= 1UL << edge->inner;
	order_unlock();
}

static bool is_known(uint32 outer, uint32 inner)
{
	return __atomic_load_n(&order.kinds[outer].inner, __ATOMIC_RELAXED) >>
		       inner &
	       1;
}

static void check_ranks(const struct lock_note *outer,
			const struct lock_note *inner, const char *name)
{
	if (inner->rank <= outer->rank)
		panic("lock order: %s %u with %s %u in hand", name, inner->rank,
		      name, outer->rank);
}

void lock_wanted(const struct lock_list *held, struct lock_note *note,
		 const char *name, bool sleeps, struct lock_site site)
{
	if (panicked() || __atomic_load_n(&order.broken, __ATOMIC_RELAXED))
		return;
	if (note->kind == 0)
		note->kind = find_kind(name, sleeps);
	for (const struct lock_note *outer = held->first; outer != NULL;
	     outer = outer->next) {
		if (sleeps && outer->kind == note->kind) {
			check_ranks(outer, note, name);
			continue;
		}
		if (is_known(outer->kind, note->kind))
			continue;

		struct edge edge = { .outer = outer->kind,
				     .inner = note->kind,
				     .outer_site = outer->site,
				     .inner_site = site };

		learn(&edge);
	}
}

void lock_taken(struct lock_list *held, struct lock_note *note,
		struct lock_site site)
{
	note->site = site;
	note->next = held->first;
	held->first = note;
}

void lock_dropped(struct lock_list *held, const struct lock_note *note)
{
	struct lock_note **link = &held->first;

	while (*link != NULL && *link != note)
		link = &(*link)->next;
	ASSERT(*link != NULL, "a lock is released by its holder");
	*link = note->next;
}

bool lock_is_only(const struct lock_list *held, const struct lock_note *note)
{
	return held->first == note && note->next == NULL;
}
#endif
