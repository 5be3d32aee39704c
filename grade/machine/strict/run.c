/* grade/machine/strict/run.c: lets a hart execute instructions. */
#include "parts.h"

/* Handle what h->stop asks for, between two instructions. */
static void between(struct hart *h)
{
	uint32_t stop = h->stop;

	h->stop = 0;
	if (stop & STOP_TRAP) {
		trap_take(h, h->cause, h->tval);
		h->npc = h->pc;
	} else if (stop & STOP_IRQ) {
		h->pc = h->npc;
		interrupt_take(h);
		h->npc = h->pc;
	}
	if (stop & STOP_END) {
		h->m->call_end -= h->m->left;
		h->m->turn_left = 0;
		h->m->left = 0;
	}
}

/* Execute an instruction and follow dependencies (RVWMO, 14.1, rules 9 to 11):
 * a result is as recent as the most recent of its sources. */
static void step_in_order(struct hart *h, const struct insn *i)
{
	uint64_t a = h->seen[i->rs1], b = h->seen[i->rs2];
	uint8_t rd = i->rd;
	uint8_t kind = i->kind;

	h->since = a;
	h->performed = now(h);
	h->late_store = h->late != 0 ? pending_begin(h, i) : 0;
	i->exec(h, i);
	if (kind == KIND_PLAIN)
		h->seen[rd] = a > b ? a : b;
	else
		h->seen[rd] = h->performed;
	h->seen[0] = 0;
	if (h->late_load != 0)
		pending_end(h, i);
}

uint64_t hart_run(struct hart *h, uint64_t n)
{
	struct machine *m = h->m;
	uint64_t begin = m->steps;
	bool in_order = is_strict(m, STRICT_ORDER);

	m->call_end = begin + n;
	m->left = n;
	h->elsewhere += begin - h->ran_until;
	while (m->left > 0) {
		uint64_t pc = h->pc;

		m->left--;
		if (unlikely(pc / PAGE != h->code_vpn) && !fetch_page(h)) {
			between(h);
			h->pc = h->npc;
			continue;
		}
		const struct insn *i = &h->code->insn[pc % PAGE / 2];

		if (unlikely(i->len == 0) && (i = fetch_insn(h)) == NULL) {
			between(h);
			h->pc = h->npc;
			continue;
		}
		h->npc = pc + i->len;
		if (in_order)
			step_in_order(h, i);
		else
			i->exec(h, i);
		if (unlikely(h->stop != 0))
			between(h);
		h->pc = h->npc;
	}
	m->steps = m->call_end;
	h->ran_until = m->steps;
	return m->steps - begin;
}
