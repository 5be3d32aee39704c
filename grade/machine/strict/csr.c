/* grade/machine/strict/csr.c: control and status registers (privileged
 * specification 20211203, chapters 3 and 4; Sstc 1.0). */
#include "csr_bits.h"
#include "parts.h"

/* The exceptions that exist and can be delegated: all but 10, 11 and 14. */
#define DELEGABLE 0xb3ffUL

#define MISA                                                                   \
	(2UL << 62 | 1 << 0 | 1 << 2 | 1 << 3 | 1 << 5 | 1 << 8 | 1 << 12 |    \
	 1 << 18 | 1 << 20)

/* ---- registers with side effects ---- */

static uint64_t mstatus_read(const struct hart *h)
{
	return h->mstatus | UXL | SXL | ((h->mstatus & FS) == FS ? SD : 0);
}

static void mstatus_write(struct hart *h, uint64_t value, uint64_t mask)
{
	uint64_t next = (h->mstatus & ~mask) | (value & mask);

	if ((next & MPP) == 2UL << MPP_SHIFT) /* no such mode */
		next = (next & ~MPP) | (h->mstatus & MPP);
	if ((next ^ h->mstatus) & (SUM | MXR | MPRV | MPP))
		fast_flush(h);
	h->mstatus = next;
	h->stop |= STOP_IRQ;
	mode_changed(h);
}

/* 4.1.11: a write with an unsupported mode has no effect. */
static void satp_write(struct hart *h, uint64_t value)
{
	if (value >> 60 != 0 && value >> 60 != 8)
		return;
	h->satp = value;
	fast_flush(h);
	nasty(h);
}

static void pmpcfg_write(struct hart *h, uint32_t reg, uint64_t value)
{
	for (uint32_t n = 0; n < 8; n++) {
		uint8_t *cfg = &h->pmpcfg[(reg & 2) * 4 + n];
		uint8_t next = value >> (8 * n) & 0x9f;

		if (*cfg & 0x80)
			continue;
		if ((next & 3) == 2) /* W without R is reserved */
			next &= (uint8_t)~2;
		*cfg = next;
	}
	fast_flush(h);
}

static void pmpaddr_write(struct hart *h, uint32_t n, uint64_t value)
{
	bool locked =
		h->pmpcfg[n] & 0x80 || (n < 15 && h->pmpcfg[n + 1] & 0x80 &&
					(h->pmpcfg[n + 1] >> 3 & 3) == 1);

	if (!locked)
		h->pmpaddr[n] = value & ((1UL << 54) - 1);
	fast_flush(h);
}

static bool float_csr(struct hart *h, uint32_t number, bool writes,
		      uint64_t *old, uint64_t value)
{
	if ((h->mstatus & FS) == 0)
		return false;

	uint32_t flags = fpu_flags(h);

	*old = number == 1   ? flags
	       : number == 2 ? h->frm
			     : flags | (uint64_t)h->frm << 5;
	if (!writes)
		return true;
	h->mstatus |= FS;
	if (number != 2)
		h->fflags = value & 0x1f;
	if (number != 1)
		h->frm = (number == 3 ? value >> 5 : value) & 7;
	return true;
}

/* ---- counters (3.1.10, 3.1.11, 4.1.5) ---- */

static bool counter_allowed(const struct hart *h, uint32_t n)
{
	if (h->mode != MODE_M && !(h->mcounteren >> n & 1))
		return false;
	return h->mode != MODE_U || h->scounteren >> n & 1;
}

static uint64_t counter_read(struct hart *h, uint32_t n)
{
	if (n == 1)
		return clock_now(h);
	if (n == 0)
		return now(h) + h->cycles_offset;
	if (n == 2)
		return now(h) - h->elsewhere + h->retired_offset;
	return 0;
}

static bool counter_csr(struct hart *h, uint32_t number, uint64_t *old)
{
	if (!counter_allowed(h, number & 31))
		return false;
	*old = counter_read(h, number & 31);
	return true;
}

static bool machine_counter_csr(struct hart *h, uint32_t number, bool writes,
				uint64_t *old, uint64_t value)
{
	uint32_t n = number & 31;

	if (n == 1)
		return false;
	*old = counter_read(h, n);
	if (writes && n == 0)
		h->cycles_offset = value - now(h) - 1;
	if (writes && n == 2)
		h->retired_offset = value - (now(h) - h->elsewhere) - 1;
	return true;
}

static bool stimecmp_csr(struct hart *h, bool writes, uint64_t *old,
			 uint64_t value)
{
	if (h->mode != MODE_M &&
	    (!(h->menvcfg & STCE) || !(h->mcounteren >> 1 & 1)))
		return false;
	*old = h->stimecmp;
	if (writes)
		h->stimecmp = value;
	h->stop |= STOP_IRQ;
	return true;
}

/* ---- plain registers ---- */

enum { MSTATUS = 0x300, MIP = 0x344, SSTATUS = 0x100, SIP = 0x144 };

static void mip_write(struct hart *h, uint64_t value, uint64_t mask)
{
	h->mip = (h->mip & ~mask) | (value & mask);
	h->stop |= STOP_IRQ;
}

static void mie_write(struct hart *h, uint64_t value, uint64_t mask)
{
	h->mie = (h->mie & ~mask) | (value & mask);
	h->stop |= STOP_IRQ;
}

#define M_INTERRUPTS (S_INTERRUPTS | MSI | MTI | MEI)

/* Registers without side effects, and their writable bits. */
static const struct {
	uint32_t number, at;
	uint64_t mask;
} stored[] = {
	{ 0x105, offsetof(struct hart, stvec), ~2UL },
	{ 0x106, offsetof(struct hart, scounteren), 7 },
	{ 0x10a, offsetof(struct hart, senvcfg), 1 },
	{ 0x140, offsetof(struct hart, sscratch), ~0UL },
	{ 0x141, offsetof(struct hart, sepc), ~1UL },
	{ 0x142, offsetof(struct hart, scause), INTERRUPT | 63 },
	{ 0x143, offsetof(struct hart, stval), ~0UL },
	{ 0x302, offsetof(struct hart, medeleg), DELEGABLE },
	{ 0x303, offsetof(struct hart, mideleg), S_INTERRUPTS },
	{ 0x305, offsetof(struct hart, mtvec), ~2UL },
	{ 0x306, offsetof(struct hart, mcounteren), 7 },
	{ 0x30a, offsetof(struct hart, menvcfg), STCE | 1 },
	{ 0x320, offsetof(struct hart, mcountinhibit), 0 },
	{ 0x340, offsetof(struct hart, mscratch), ~0UL },
	{ 0x341, offsetof(struct hart, mepc), ~1UL },
	{ 0x342, offsetof(struct hart, mcause), INTERRUPT | 63 },
	{ 0x343, offsetof(struct hart, mtval), ~0UL },
};

static bool fixed_csr(const struct hart *h, uint32_t number, uint64_t *old)
{
	switch (number) {
	case 0xf11:
	case 0xf12:
	case 0xf13:
	case 0xf15:
		*old = 0;
		return true;
	case 0xf14:
		*old = h->id;
		return true;
	case 0x301:
		*old = MISA;
		return true;
	default:
		*old = 0; /* event selectors */
		return number >= 0x323 && number <= 0x33f;
	}
}

static bool stored_csr(struct hart *h, uint32_t number, bool writes,
		       uint64_t *old, uint64_t value)
{
	for (size_t n = 0; n < sizeof(stored) / sizeof(stored[0]); n++) {
		uint64_t *reg = (uint64_t *)((char *)h + stored[n].at);
		uint64_t mask = stored[n].mask;

		if (stored[n].number != number)
			continue;
		*old = *reg;
		if (writes)
			*reg = (*reg & ~mask) | (value & mask);
		h->stop |= STOP_IRQ;
		return true;
	}
	return fixed_csr(h, number, old);
}

static bool pmp_csr(struct hart *h, uint32_t number, bool writes, uint64_t *old,
		    uint64_t value)
{
	uint32_t n = number & 15;

	if (number >= 0x3b0 && number < 0x3c0) {
		*old = h->pmpaddr[n];
		if (writes)
			pmpaddr_write(h, n, value);
		return true;
	}
	if (number != 0x3a0 && number != 0x3a2)
		return false;
	memcpy(old, &h->pmpcfg[n * 4], 8);
	if (writes)
		pmpcfg_write(h, n, value);
	return true;
}

/* Read one register and write `value` to it. Returns false if it does not
 * exist. */
static bool csr_switch(struct hart *h, uint32_t number, bool writes,
		       uint64_t *old, uint64_t value)
{
	bool is_s = number < 0x200;

	switch (number) {
	case 1:
	case 2:
	case 3:
		return float_csr(h, number, writes, old, value);
	case 0x14d:
		return stimecmp_csr(h, writes, old, value);
	case 0x180:
		if (h->mode == MODE_S && h->mstatus & TVM)
			return false;
		*old = h->satp;
		if (writes)
			satp_write(h, value);
		return true;
	case SSTATUS:
	case MSTATUS:
		*old = mstatus_read(h);
		if (is_s)
			*old &= SSTATUS_WRITABLE | UXL | SD;
		if (writes)
			mstatus_write(h, value,
				      is_s ? SSTATUS_WRITABLE
					   : MSTATUS_WRITABLE);
		return true;
	case 0x104:
	case 0x304:
		*old = h->mie & (is_s ? h->mideleg : ~0UL);
		if (writes)
			mie_write(h, value,
				  is_s ? h->mideleg & S_INTERRUPTS
				       : M_INTERRUPTS);
		return true;
	case SIP:
	case MIP:
		*old = interrupts_pending(h) & (is_s ? h->mideleg : ~0UL);
		if (writes)
			mip_write(h, value,
				  is_s ? h->mideleg & SSI : S_INTERRUPTS);
		return true;
	default:
		if (number >= 0x3a0 && number < 0x3c0)
			return pmp_csr(h, number, writes, old, value);
		if (number >= 0xc00 && number < 0xc20)
			return counter_csr(h, number, old);
		if (number >= 0xb00 && number < 0xb20)
			return machine_counter_csr(h, number, writes, old,
						   value);
		return stored_csr(h, number, writes, old, value);
	}
}

bool csr_access(struct hart *h, uint32_t number, bool writes, uint64_t *old,
		uint64_t value, int how)
{
	/* 2.1: the number says who may access it, and whether it is
	 * read-only. */
	if ((number >> 8 & 3) > h->mode || (writes && number >> 10 == 3))
		return false;
	if (!csr_switch(h, number, false, old, 0))
		return false;
	if (!writes)
		return true;

	uint64_t from = *old, ignored;

	/* 3.1.9: for set and clear, SEIP is the bit that software wrote. */
	if (number == MIP)
		from = h->mip | (from & ~SEI);
	if (how == CSR_SET)
		value |= from;
	else if (how == CSR_CLEAR)
		value = from & ~value;
	return csr_switch(h, number, true, &ignored, value);
}
