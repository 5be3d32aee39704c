/* grade/machine/strict/exec.c: the instructions but those of F and D. rv64.h
 * says what each of them does. */
#include "csr_bits.h"
#include "parts.h"

static void illegal(struct hart *h, const struct insn *i)
{
	except(h, 2, i->bits);
}

/* ---- operations of instructions ---- */

static inline bool load(struct hart *h, uint64_t va, unsigned size,
			uint64_t *value)
{
	const struct fast *way = &h->ways[ACCESS_LOAD][va / PAGE % FAST_PAGES];

	if (unlikely(way->tag != (va / PAGE | h->generation) ||
		     va % size != 0 || way->host == NULL))
		return mem_load(h, va, size, value);

	const char *from = way->host + va;

	*value = 0;
	memcpy(value, from, size);
	return true;
}

static inline bool store(struct hart *h, uint64_t va, unsigned size,
			 uint64_t value)
{
	const struct fast *way = &h->ways[ACCESS_STORE][va / PAGE % FAST_PAGES];

	if (unlikely(way->tag != (va / PAGE | h->generation) ||
		     va % size != 0 || way->host == NULL))
		return mem_store(h, va, size, value);
	memcpy(way->host + va, &value, size);
	return true;
}

/* Section 7.2, table 7.1: division never traps. */
static uint64_t divide(int64_t a, int64_t b)
{
	if (b == 0)
		return ~0UL;
	return b == -1 ? -(uint64_t)a : (uint64_t)(a / b);
}

static uint64_t remainder_of(int64_t a, int64_t b)
{
	if (b == 0)
		return (uint64_t)a;
	return b == -1 ? 0 : (uint64_t)(a % b);
}

static void do_fence(struct hart *h, uint32_t fields)
{
	if (!is_strict(h->m, STRICT_ORDER)) {
		nasty(h);
		return;
	}
	if (fields >> 8 == 8) { /* fence.tso orders all but store to load */
		order_fence(h, FENCE_R, FENCE_R | FENCE_W);
		order_fence(h, FENCE_W, FENCE_W);
		return;
	}
	order_fence(h, fields >> 4 & FENCE_ALL, fields & FENCE_ALL);
}

static void do_fence_i(struct hart *h)
{
	h->fences_i++;
	order_drain(h);
	fast_flush(h);
}

/* Before and after the memory operation of an atomic instruction. */
static void atomic_begin(struct hart *h, const struct insn *i, uint64_t pa,
			 unsigned size)
{
	pending_use(h, i->rs2);
	if (i->rl)
		order_drain(h);
	else
		order_drain_at(h, pa, size);
}

static void atomic_end(struct hart *h, const struct insn *i)
{
	if (i->aq)
		h->floor = now(h);
	nasty(h);
}

static void load_reserved(struct hart *h, const struct insn *i, unsigned size)
{
	uint64_t pa;

	if (!mem_atomic(h, h->x[i->rs1], size, ACCESS_LOAD, &pa))
		return;
	atomic_begin(h, i, pa, size);

	uint64_t value = ram_load(h->m, pa, size);

	h->x[i->rd] = size == 4 ? (uint64_t)(int32_t)value : value;
	h->reserved = true;
	h->reserved_pa = pa;
	if (i->aq)
		h->floor = now(h);
}

static void store_conditional(struct hart *h, const struct insn *i,
			      unsigned size)
{
	struct machine *m = h->m;
	uint64_t pa, value = h->x[i->rs2];

	if (!mem_atomic(h, h->x[i->rs1], size, ACCESS_STORE, &pa))
		return;

	bool works = h->reserved && h->reserved_pa == pa &&
		     !(is_strict(m, STRICT_ORDER) && one_in(m, 16));

	h->reserved = false;
	h->x[i->rd] = !works;
	if (!works)
		return;
	atomic_begin(h, i, pa, size);
	ram_store(m, (int)h->id, pa, size, value, h->pc);
	atomic_end(h, i);
}

static void do_csr(struct hart *h, const struct insn *i, int how,
		   uint64_t value)
{
	/* Section 9.1: csrrs and csrrc with x0, or with 0, do not write. */
	bool writes = how == CSR_WRITE || i->rs1 != 0;
	uint64_t old;

	if (csr_access(h, (uint32_t)i->imm, writes, &old, value, how))
		h->x[i->rd] = old;
	else
		illegal(h, i);
}

static void do_mret(struct hart *h, const struct insn *i)
{
	if (h->mode != MODE_M)
		illegal(h, i);
	else
		trap_return_m(h);
}

static void do_sret(struct hart *h, const struct insn *i)
{
	if (h->mode == MODE_U || (h->mode == MODE_S && h->mstatus & TSR))
		illegal(h, i);
	else
		trap_return_s(h);
}

/* wfi may return at once: it is a hint and may do nothing. */
static void do_wfi(struct hart *h, const struct insn *i)
{
	if (h->mode == MODE_U || (h->mode == MODE_S && h->mstatus & TW)) {
		illegal(h, i);
		return;
	}
	order_drain(h);
	if (is_strict(h->m, STRICT_TIME) && one_in(h->m, 8))
		return;
	h->waiting = true;
	h->stop |= STOP_END;
}

static void do_sfence(struct hart *h, const struct insn *i)
{
	if (h->mode == MODE_U || (h->mode == MODE_S && h->mstatus & TVM)) {
		illegal(h, i);
		return;
	}
	struct sfence fence = { .when = now(h),
				.pc = h->pc,
				.va = h->x[i->rs1],
				.asid = h->x[i->rs2] & 0xffff,
				.has_va = i->rs1 != 0,
				.has_asid = i->rs2 != 0 };

	order_drain_tables(h);
	h->fences[h->nfences++ % SFENCES] = fence;
	kept_fence(h, &fence);
	fast_flush(h);
	nasty(h);
}

/* ---- the table's instructions ---- */

#define RD (h->x[i->rd])
#define RS1 (h->x[i->rs1])
#define RS2 (h->x[i->rs2])
#define IMM ((uint64_t)(int64_t)i->imm)
#define PC (h->pc)
#define JUMP(to) (h->npc = (to))
#define S(value) ((int64_t)(value))
#define U(value) ((uint64_t)(int64_t)(value))
#define SX(value) ((uint64_t)(int32_t)(value))

#define LOAD(type)                                                             \
	do {                                                                   \
		uint64_t v;                                                    \
		if (likely(load(h, RS1 + IMM, sizeof(type), &v)))              \
			RD = (uint64_t)(int64_t)(type)v;                       \
	} while (0)
#define STORE(type) (void)store(h, RS1 + IMM, sizeof(type), RS2)
#define AMO(type, result)                                                      \
	do {                                                                   \
		uint64_t pa, old;                                              \
		if (!mem_atomic(h, RS1, sizeof(type), ACCESS_STORE, &pa))      \
			break;                                                 \
		atomic_begin(h, i, pa, sizeof(type));                          \
		old = ram_load(h->m, pa, sizeof(type));                        \
		type a = (type)old, b = (type)RS2;                             \
		(void)a;                                                       \
		ram_store(h->m, (int)h->id, pa, sizeof(type),                  \
			  (uint64_t)(result), PC);                             \
		RD = sizeof(type) == 4 ? SX(old) : old;                        \
		atomic_end(h, i);                                              \
	} while (0)

#define ROW(name, section, encoding, kind, ...)                                \
	void exec_##name(struct hart *h, const struct insn *i);                \
	void exec_##name(struct hart *h, const struct insn *i)                 \
	{                                                                      \
		(void)i;                                                       \
		__VA_ARGS__;                                                   \
	}
#define SHORT(name, section, encoding, long_form)
#include "rv64.h"
