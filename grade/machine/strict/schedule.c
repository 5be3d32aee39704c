/* grade/machine/strict/schedule.c: which hart runs next, and for how long.
 *
 * One hart runs at a time, for a burst of instructions. Everything else in the
 * machine happens between two bursts. */
#include "parts.h"

#define BURST 1000        /* instructions, when nothing is strict */
#define BURST_ALONE 10000 /* when no other hart has anything to do */

/* ---- time ---- */

static void jump_to(struct machine *m, uint64_t when)
{
	uint64_t clock = machine_clock(m);

	if (when != NEVER && when > clock)
		m->clock_offset += when - clock;
}

/* No hart can run: let time jump to the next event. */
static void idle(struct machine *m)
{
	uint64_t next = virtio_due(m);

	for (uint32_t n = 0; n < m->nharts; n++)
		if (m->hart[n].waiting && hart_alarm(&m->hart[n]) < next)
			next = hart_alarm(&m->hart[n]);
	if (next == NEVER && m->input_ended) {
		m->ending = ENDED_ASLEEP;
		return;
	}
	jump_to(m, next);
	m->steps++; /* so that a limit on steps also limits sleeping */
	m->call_end = m->steps;
	devices_poll(m, next == NEVER);
}

/* ---- bursts ---- */

static bool can_run(struct hart *h)
{
	if (h->waiting && interrupts_pending(h) & h->mie)
		h->waiting = false;
	return !h->waiting;
}

static uint64_t burst_length(struct machine *m, uint32_t runnable)
{
	if (!is_strict(m, STRICT_TIME))
		return runnable == 1 ? BURST_ALONE : BURST;
	switch (below(m, 8)) {
	case 0:
		return 1 + below(m, 16);
	case 1:
	case 2:
	case 3:
	case 4:
		return 1 + below(m, 300);
	default:
		return 1 + below(m, 4000);
	}
}

/* The harts that can run, as bits. A stalled hart does not run unless all that
 * could run are stalled. */
static uint32_t candidates(struct machine *m)
{
	uint32_t able = 0, moving = 0;

	for (uint32_t n = 0; n < m->nharts; n++) {
		if (!can_run(&m->hart[n]))
			continue;
		able |= 1U << n;
		if (m->hart[n].stalled <= m->steps)
			moving |= 1U << n;
	}
	return moving != 0 ? moving : able;
}

/* Choose the next hart. */
static void choose(struct machine *m)
{
	if (m->turn != NULL) {
		m->turn->reserved = false;
		fpu_collect(m->turn);
	}
	m->turn = NULL;
	if (machine_clock(m) >= m->device_poll)
		devices_poll(m, false);

	uint32_t able = candidates(m);
	uint32_t runnable = (uint32_t)__builtin_popcount(able);

	if (runnable == 0) {
		idle(m);
		return;
	}
	uint32_t skip =
		is_strict(m, STRICT_TIME) ? (uint32_t)below(m, runnable) : 0;

	do {
		m->round = (m->round + 1) % m->nharts;
	} while (!(able >> m->round & 1) || skip-- != 0);
	m->turn = &m->hart[m->round];
	m->turn_left = burst_length(m, runnable);
	if (m->burst_max != 0 && m->turn_left > m->burst_max)
		m->turn_left = 1 + m->turn_left % m->burst_max;
}

/* Prepare a hart for its next burst. */
static void begin_burst(struct hart *h)
{
	struct machine *m = h->m;

	/* From here on the hart may see other translations, instructions and
	 * stores. */
	if (is_strict(m, STRICT_ORDER))
		order_drain_some(h);
	if (is_strict(m, STRICT_TLB)) {
		fast_flush(h);
		if (is_strict(m, STRICT_WALK))
			tlb_ahead(h);
	}
	if (!(is_strict(m, STRICT_TIME) && one_in(m, 16)))
		interrupt_take(h);
}

/* From now on this is a plain machine. */
static void calm(struct machine *m)
{
	m->strict = 0;
	m->calm_at = NEVER;
	for (uint32_t n = 0; n < m->nharts; n++) {
		order_drain(&m->hart[n]);
		kept_clear(&m->hart[n]);
		m->hart[n].stalled = 0;
	}
	fast_flush_all(m);
}

bool machine_ready(struct machine *m)
{
	while (m->ending == RUNNING && m->turn_left == 0) {
		choose(m);
		if (m->turn == NULL)
			continue;
		m->call_end = m->steps;
		begin_burst(m->turn);
	}
	if (m->steps >= m->calm_at)
		calm(m);
	return m->ending == RUNNING;
}

void machine_run(struct machine *m, uint64_t until)
{
	while (m->steps < until && machine_ready(m)) {
		uint64_t n = until - m->steps;

		if (n > m->turn_left)
			n = m->turn_left;
		if (n > m->calm_at - m->steps)
			n = m->calm_at - m->steps;
		m->turn_left -= n;
		hart_run(m->turn, n);
	}
}
