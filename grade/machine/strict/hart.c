/* grade/machine/strict/hart.c: what each part of the machine may do to a
 * hart. */
#include "csr_bits.h"
#include "parts.h"

#define STALL_MAX 20000 /* the most steps that a preempted hart stalls */
#define JUMP_MAX (TICKS_PER_SECOND / 50) /* the most ticks the clock skips */
#define JUMPED_MAX 4 /* ... in all, for each tick that passes... */
#define JUMPED_FREE (20 * TICKS_PER_SECOND) /* ... besides these */

void except(struct hart *h, uint64_t cause, uint64_t tval)
{
	if (h->stop & STOP_TRAP)
		return;
	h->stop |= STOP_TRAP;
	h->cause = cause;
	h->tval = tval;
}

/* ---- shortcuts ---- */

void fast_flush(struct hart *h)
{
	h->generation += 1UL << 52;
	h->code_vpn = NEVER;
	if (h->generation >> 52 != GENERATIONS - 1)
		return;
	memset(h->fast, NO_UPPER, sizeof(h->fast));
	memset(h->fast_code, NO_UPPER, sizeof(h->fast_code));
	h->generation = 1UL << 52;
}

void fast_flush_all(struct machine *m)
{
	for (uint32_t n = 0; n < m->nharts; n++)
		fast_flush(&m->hart[n]);
}

/* The mode in which loads and stores are made (3.1.6.3). */
uint32_t data_mode(const struct hart *h)
{
	return h->mstatus & MPRV ? h->mstatus >> 11 & 3 : h->mode;
}

void mode_changed(struct hart *h)
{
	h->code_vpn = NEVER;
	h->ways = h->fast[data_mode(h)];
}

/* ---- time ---- */

uint64_t hart_alarm(const struct hart *h)
{
	uint64_t when = NEVER;

	if (h->menvcfg & STCE && h->mie & STI)
		when = h->stimecmp;
	if (h->mie & MTI && h->mtimecmp < when)
		when = h->mtimecmp;
	return when;
}

bool perhaps_preempt(struct hart *h)
{
	if (!is_strict(h->m, STRICT_TIME) || !one_in(h->m, 8))
		return false;
	h->stop |= STOP_END;
	return true;
}

/* Let the clock jump to the hart's alarm, but in all not so often that time
 * limits of programs pass too soon. */
static void clock_jump(struct hart *h)
{
	struct machine *m = h->m;
	uint64_t alarm = hart_alarm(h), jump = alarm - clock_now(h);

	if (alarm == NEVER || alarm <= clock_now(h) || jump >= JUMP_MAX ||
	    m->jumped + jump >
		    JUMPED_FREE + JUMPED_MAX * now(h) / STEPS_PER_TICK)
		return;
	m->jumped += jump;
	m->clock_offset += jump;
}

void nasty(struct hart *h)
{
	struct machine *m = h->m;

	if (!perhaps_preempt(h))
		return;
	if (one_in(m, 4))
		h->stalled = now(h) + below(m, STALL_MAX);
	if (one_in(m, 32))
		clock_jump(h);
}
