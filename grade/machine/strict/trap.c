/* grade/machine/strict/trap.c: traps and interrupts (privileged specification
 * 20211203, 3.1.6 to 3.1.9, 3.3.2, 4.1). */
#include "csr_bits.h"
#include "parts.h"

/* ---- interrupts ---- */

static bool plic_asks(const struct machine *m, uint32_t context)
{
	uint32_t ready = m->plic.pending & m->plic.enable[context];

	for (uint32_t s = 1; ready >> s != 0; s++)
		if (ready >> s & 1 &&
		    m->plic.priority[s] > m->plic.threshold[context])
			return true;
	return false;
}

uint64_t interrupts_pending(struct hart *h)
{
	const struct machine *m = h->m;
	uint64_t mip = h->mip & S_INTERRUPTS;
	uint64_t clock = clock_now(h);

	if (h->msip)
		mip |= MSI;
	if (clock >= h->mtimecmp)
		mip |= MTI;
	if (h->menvcfg & STCE) {
		mip &= ~STI;
		if (clock >= h->stimecmp)
			mip |= STI;
	}
	if (m->plic.pending != 0) {
		if (plic_asks(m, 2 * h->id))
			mip |= MEI;
		if (plic_asks(m, 2 * h->id + 1))
			mip |= SEI;
	}
	return mip;
}

/* Take an interrupt if one is due (3.1.9). */
void interrupt_take(struct hart *h)
{
	static const uint8_t order[] = { 11, 3, 7, 9, 1, 5 };
	uint64_t pending = interrupts_pending(h) & h->mie, due = 0;

	if (pending == 0)
		return;
	if (h->mode != MODE_M || h->mstatus & MIE)
		due = pending & ~h->mideleg;
	if (due == 0 && h->mode != MODE_M &&
	    (h->mode == MODE_U || h->mstatus & SIE))
		due = pending & h->mideleg;
	for (size_t n = 0; n < sizeof(order); n++) {
		if (due >> order[n] & 1) {
			trap_take(h, INTERRUPT | order[n], 0);
			return;
		}
	}
}

/* ---- traps ---- */

static uint64_t vector(uint64_t tvec, uint64_t cause)
{
	uint64_t base = tvec & ~3UL;

	return tvec & 1 && cause & INTERRUPT ? base + 4 * (cause & ~INTERRUPT)
					     : base;
}

static void trap_to_s(struct hart *h, uint64_t cause, uint64_t tval)
{
	h->sepc = h->pc;
	h->scause = cause;
	h->stval = tval;
	h->mstatus &= ~(SPIE | SPP);
	if (h->mstatus & SIE)
		h->mstatus |= SPIE;
	if (h->mode == MODE_S)
		h->mstatus |= SPP;
	h->mstatus &= ~SIE;
	h->mode = MODE_S;
	h->pc = vector(h->stvec, cause);
}

static void trap_to_m(struct hart *h, uint64_t cause, uint64_t tval)
{
	h->mepc = h->pc;
	h->mcause = cause;
	h->mtval = tval;
	h->mstatus &= ~(MPIE | MPP);
	if (h->mstatus & MIE)
		h->mstatus |= MPIE;
	h->mstatus |= (uint64_t)h->mode << MPP_SHIFT;
	h->mstatus &= ~MIE;
	h->mode = MODE_M;
	h->pc = vector(h->mtvec, cause);
}

/* Take a trap at h->pc. Afterwards h->pc is the start of the handler. */
void trap_take(struct hart *h, uint64_t cause, uint64_t tval)
{
	uint64_t delegated = cause & INTERRUPT ? h->mideleg : h->medeleg;

	h->reserved = false;
	h->waiting = false;
	h->floor = now(h);
	pending_settle(h);
	if (h->mode != MODE_M && delegated >> (cause & 63) & 1)
		trap_to_s(h, cause, tval);
	else
		trap_to_m(h, cause, tval);
	mode_changed(h);
}

void trap_return_m(struct hart *h)
{
	uint64_t to = (h->mstatus & MPP) >> MPP_SHIFT;

	h->mstatus &= ~(MIE | MPP);
	if (h->mstatus & MPIE)
		h->mstatus |= MIE;
	h->mstatus |= MPIE;
	if (to != MODE_M)
		h->mstatus &= ~MPRV;
	h->mode = (uint32_t)to;
	h->npc = h->mepc;
	h->stop |= STOP_IRQ;
	mode_changed(h);
}

void trap_return_s(struct hart *h)
{
	uint32_t to = h->mstatus & SPP ? MODE_S : MODE_U;

	h->mstatus &= ~(SIE | SPP | MPRV);
	if (h->mstatus & SPIE)
		h->mstatus |= SIE;
	h->mstatus |= SPIE;
	h->mode = to;
	h->npc = h->sepc;
	h->stop |= STOP_IRQ;
	mode_changed(h);
}
