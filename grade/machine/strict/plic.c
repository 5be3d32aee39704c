/* grade/machine/strict/plic.c: the interrupt controller of QEMU's `virt`
 * machine (RISC-V Platform-Level Interrupt Controller Specification 1.0). */
#include "parts.h"

/* A source's level has changed. While it is high and not being served, it is
 * pending. */
void plic_level(struct machine *m, uint32_t source, bool level)
{
	uint32_t bit = 1U << source;

	m->plic.level = level ? m->plic.level | bit : m->plic.level & ~bit;
	if (level && !(m->plic.claimed & bit))
		m->plic.pending |= bit;
}

static uint32_t plic_claim(struct machine *m, uint32_t context)
{
	struct plic *plic = &m->plic;
	uint32_t ready = plic->pending & plic->enable[context];
	uint32_t best = 0, highest = 0;

	for (uint32_t s = 1; s < PLIC_SOURCES; s++) {
		if (ready >> s & 1 && plic->priority[s] > highest) {
			best = s;
			highest = plic->priority[s];
		}
	}
	plic->pending &= ~(1U << best);
	if (best != 0)
		plic->claimed |= 1U << best;
	return best;
}

static void plic_complete(struct machine *m, uint32_t source)
{
	uint32_t bit = source < PLIC_SOURCES ? 1U << source : 0;

	if (!(m->plic.claimed & bit))
		return;
	m->plic.claimed &= ~bit;
	m->plic.pending |= m->plic.level & bit;
}

static uint32_t *plic_enable(struct machine *m, uint32_t at)
{
	uint32_t context = (at - 0x2000) / 0x80;

	if (at < 0x2000 || context >= 2 * m->nharts || at % 0x80 != 0)
		return NULL;
	return &m->plic.enable[context];
}

/* Threshold and claim of a context. */
static bool plic_context(const struct machine *m, uint32_t at, uint32_t *n)
{
	*n = (at - 0x200000) / 0x1000;
	return at >= 0x200000 && *n < 2 * m->nharts && at % 0x1000 < 8;
}

bool plic_load(struct machine *m, uint32_t at, uint64_t *value)
{
	uint32_t n, *enable = plic_enable(m, at);

	*value = 0;
	if (at / 4 < PLIC_SOURCES)
		*value = m->plic.priority[at / 4];
	else if (at == 0x1000)
		*value = m->plic.pending;
	else if (enable != NULL)
		*value = *enable;
	else if (plic_context(m, at, &n))
		*value = at % 0x1000 == 0 ? m->plic.threshold[n]
					  : plic_claim(m, n);
	return true;
}

bool plic_store(struct machine *m, uint32_t at, uint32_t value)
{
	uint32_t n, *enable = plic_enable(m, at);

	if (at / 4 < PLIC_SOURCES)
		m->plic.priority[at / 4] = value & 7;
	else if (enable != NULL)
		*enable = value & ~1U;
	else if (!plic_context(m, at, &n))
		return true;
	else if (at % 0x1000 == 0)
		m->plic.threshold[n] = value & 7;
	else
		plic_complete(m, value);
	return true;
}
