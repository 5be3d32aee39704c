/* grade/machine/strict/reset.c: makes a machine, and resets it. */
#include "csr_bits.h"
#include "parts.h"

/* ---- memory of the machine ---- */

static uint64_t rounded(uint64_t bytes)
{
	return (bytes + PAGE - 1) & ~(PAGE - 1);
}

static void *carve(char **next, uint64_t bytes)
{
	char *at = *next;

	*next += rounded(bytes);
	return at;
}

#define PAGES_BYTES(ram_bytes) ((ram_bytes) / PAGE * sizeof(struct page))
#define OLD_BYTES (OLD_VALUES * sizeof(struct old_value))
#define OLD_BUCKETS_BYTES (OLD_BUCKETS * sizeof(uint32_t))
#define CHANGES_BYTES (CHANGES * sizeof(struct change))
#define READS_BYTES (READS * sizeof(uint64_t))
#define CODE_BYTES (CODE_PAGES * sizeof(struct code_page))

uint64_t machine_bytes(uint32_t nharts, uint64_t ram_bytes)
{
	return rounded(sizeof(struct machine)) +
	       rounded(PAGES_BYTES(ram_bytes)) + rounded(OLD_BYTES) +
	       rounded(OLD_BUCKETS_BYTES) + rounded(CHANGES_BYTES) +
	       nharts * (rounded(sizeof(struct kept_set)) +
			 rounded(READS_BYTES) + rounded(CODE_BYTES));
}

struct machine *machine_make(void *memory, uint32_t nharts, uint8_t *ram,
			     uint64_t ram_bytes, uint64_t seed, uint32_t strict)
{
	char *at = memory;
	struct machine *m = carve(&at, sizeof(*m));

	insn_init();
	m->pages = carve(&at, PAGES_BYTES(ram_bytes));
	m->old = carve(&at, OLD_BYTES);
	m->old_bucket = carve(&at, OLD_BUCKETS_BYTES);
	m->changes = carve(&at, CHANGES_BYTES);
	for (uint32_t n = 0; n < nharts; n++) {
		struct hart *h = &m->hart[n];

		h->kept = carve(&at, sizeof(*h->kept));
		h->reads = carve(&at, READS_BYTES);
		h->code_pages = carve(&at, CODE_BYTES);
	}
	m->nharts = nharts;
	m->ram = ram;
	m->ram_bytes = ram_bytes;
	m->seed = seed;
	m->random = seed * 0x2545f4914f6cdd1dUL;
	m->strict = strict;
	m->calm_at = NEVER;
	return m;
}

/* ---- reset ---- */

/* Set to random values all that reset leaves undefined (3.4). */
static void garbage_in(struct hart *h)
{
	struct machine *m = h->m;
	uint64_t *csrs[] = { &h->mscratch, &h->mepc,    &h->mtval,
			     &h->sscratch, &h->sepc,    &h->scause,
			     &h->stval,    &h->stvec,   &h->mtvec,
			     &h->stimecmp, &h->mtimecmp };

	for (int n = 1; n < 32; n++) {
		h->x[n] = draw(m);
		h->f[n] = draw(m);
	}
	for (size_t n = 0; n < sizeof(csrs) / sizeof(csrs[0]); n++)
		*csrs[n] = draw(m) & ~3UL;
	h->scause &= 15;
	h->medeleg = draw(m) & 0xb3ff;
	h->mideleg = draw(m) & 0x222;
	h->mie = draw(m) & 0xaaa;
	h->mcounteren = draw(m) & 7;
	h->scounteren = draw(m) & 7;
	h->frm = draw(m) & 7;
	h->fflags = draw(m) & 31;
	h->mstatus =
		draw(m) & (SIE | SPIE | SPP | FS | SUM | MXR | TVM | TW | TSR);
}

void machine_garbage(struct machine *m)
{
	for (uint64_t at = 0; at < m->ram_bytes; at += 8) {
		uint64_t value = draw(m);

		memcpy(m->ram + at, &value, 8);
	}
}

static void hart_reset(struct hart *h, uint64_t entry)
{
	struct machine *m = h->m;

	h->mode = MODE_M;
	h->stimecmp = h->mtimecmp = NEVER;
	if (is_strict(m, STRICT_GARBAGE))
		garbage_in(h);
	h->pc = h->npc = entry;
	h->x[10] = h->id;
	h->x[11] = m->dtb;
	h->generation = (GENERATIONS - 2UL) << 52; /* so the flush clears all */
	fast_flush(h);
	mode_changed(h);
}

void machine_reset(struct machine *m, uint64_t entry)
{
	m->uart.in = -1;
	m->round = m->nharts - 1;
	for (uint32_t n = 0; n < m->nharts; n++) {
		struct hart *h = &m->hart[n];

		h->m = m;
		h->id = n;
		/* Unless STRICT_FETCH is on, harts share decoded pages. */
		if (!is_strict(m, STRICT_FETCH))
			h->code_pages = m->hart[0].code_pages;
		for (size_t p = 0; p < CODE_PAGES; p++)
			h->code_pages[p].pa = NEVER;
		hart_reset(h, entry);
	}
}
