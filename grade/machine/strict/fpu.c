/* grade/machine/strict/fpu.c: floating-point arithmetic (unprivileged
 * specification, chapters 11 and 12), done by the host's. rv64fd.h says what
 * each instruction does.
 *
 * Exception flags collect in the host's registers. They are fetched when a
 * guest reads them, or when another hart's turn comes. This file adds what
 * hosts do not have: canonical NaNs, conversion to integers, and rounding with
 * ties away from zero. */
#include <fenv.h>
#include <math.h>

#include "csr_bits.h"
#include "float.h"
#include "parts.h"

#define BOX(bits) (0xffffffff00000000UL | (uint32_t)(bits))

/* ---- flags and rounding ---- */

/* The exception flags in the host's registers. */
static uint32_t host_flags(void)
{
	int host = fetestexcept(FE_ALL_EXCEPT);

	return (host & FE_INEXACT ? NX : 0) | (host & FE_UNDERFLOW ? UF : 0) |
	       (host & FE_OVERFLOW ? OF : 0) | (host & FE_DIVBYZERO ? DZ : 0) |
	       (host & FE_INVALID ? NV : 0);
}

/* Fetch the flags that the host has set since the last call. */
void fpu_collect(struct hart *h)
{
	uint32_t flags = host_flags();

	h->fflags |= flags;
	if (flags != 0)
		feclearexcept(FE_ALL_EXCEPT);
}

uint32_t fpu_flags(struct hart *h)
{
	fpu_collect(h);
	return h->fflags;
}

/* Raise an exception if the unit is off; mark its state dirty (3.1.6.6). */
static bool is_on(struct hart *h, const struct insn *i)
{
	if ((h->mstatus & FS) == 0) {
		except(h, 2, i->bits);
		return false;
	}
	h->mstatus |= FS;
	return true;
}

/* Set the host's rounding mode, and *rm to the mode that the instruction
 * means. */
static bool begin(struct hart *h, const struct insn *i, unsigned *rm)
{
	static const int host[] = { FE_TONEAREST, FE_TOWARDZERO, FE_DOWNWARD,
				    FE_UPWARD, FE_TONEAREST };

	*rm = i->rm == DYN ? h->frm : i->rm;
	if ((h->mstatus & FS) == 0 || *rm > RMM) {
		except(h, 2, i->bits);
		return false;
	}
	h->mstatus |= FS;
	if (*rm != RNE)
		fesetround(host[*rm]);
	if (*rm == RMM)
		fpu_collect(h);
	return true;
}

static void end(unsigned rm)
{
	if (rm != RNE)
		fesetround(FE_TONEAREST);
}

/* ---- registers ---- */

#define F(n) (h->f[n])
#define WIDE(n) float_widen(raw_s(h, n))

/* 12.2: a single whose upper half is not all ones is read as a NaN. */
static uint32_t raw_s(const struct hart *h, unsigned n)
{
	return h->f[n] >> 32 == 0xffffffff ? (uint32_t)h->f[n] : NAN_S;
}

static float get_s(const struct hart *h, unsigned n)
{
	uint32_t bits = raw_s(h, n);
	float value;

	memcpy(&value, &bits, 4);
	return value;
}

static double get_d(const struct hart *h, unsigned n)
{
	double value;

	memcpy(&value, &h->f[n], 8);
	return value;
}

/* 11.3: every NaN that is a result is the canonical one. */
static void put_s(struct hart *h, unsigned n, uint32_t bits)
{
	h->f[n] = BOX(float_is_nan(float_widen(bits)) ? NAN_S : bits);
}

static void put_d(struct hart *h, unsigned n, uint64_t bits)
{
	h->f[n] = float_is_nan(bits) ? NAN_D : bits;
}

/* True if the last result was inexact, so that it may have been a tie. */
static bool is_inexact(struct hart *h)
{
	uint32_t flags = host_flags();

	if (!(flags & NX))
		h->fflags |= flags;
	feclearexcept(FE_ALL_EXCEPT);
	return flags & NX;
}

#define CUT(expression)                                                        \
	({                                                                     \
		fesetround(FE_TOWARDZERO);                                     \
		feclearexcept(FE_ALL_EXCEPT);                                  \
		volatile __float128 cut_ = (expression);                       \
		float_odd(cut_);                                               \
	})

#define AWAY_S(exact) (float)float_away(h, CUT(exact), true)
#define AWAY_D(exact) float_away(h, CUT(exact), false)

/* ---- arithmetic ---- */

enum op { ADD, SUB, MUL, DIV, SQRT };

#define CALCULATE(type, square_root)                                           \
	(void)b;                                                               \
	switch (op) {                                                          \
	case ADD:                                                              \
		return a + b;                                                  \
	case SUB:                                                              \
		return a - b;                                                  \
	case MUL:                                                              \
		return a * b;                                                  \
	case DIV:                                                              \
		return a / b;                                                  \
	default:                                                               \
		return (type)square_root;                                      \
	}

static inline float calculate_s(enum op op, float a, float b)
{
	CALCULATE(float, sqrtf(a))
}

static inline double calculate_d(enum op op, double a, double b)
{
	CALCULATE(double, sqrt(a))
}

static inline __float128 calculate_q(enum op op, __float128 a, __float128 b)
{
	CALCULATE(__float128, a)
}

/* A square root is never a tie. */
#define ARITH(op, type, get, put, bits, calculate, away)                       \
	do {                                                                   \
		unsigned rm;                                                   \
		if (!begin(h, i, &rm))                                         \
			break;                                                 \
		type a = get(h, i->rs1), b = get(h, i->rs2);                   \
		volatile type r = calculate(op, a, b);                         \
		if (unlikely(rm == RMM) && is_inexact(h)) {                    \
			if (op == SQRT)                                        \
				h->fflags |= NX;                               \
			else                                                   \
				r = away(calculate_q(op, a, b));               \
		}                                                              \
		end(rm);                                                       \
		put(h, i->rd, bits(r));                                        \
	} while (0)
#define ARITH_S(op) ARITH(op, float, get_s, put_s, bits_s, calculate_s, AWAY_S)
#define ARITH_D(op) ARITH(op, double, get_d, put_d, bits_d, calculate_d, AWAY_D)

/* 11.6: infinity times zero is invalid, whatever is added. */
#define FUSED(x, y, z, type, get, put, bits, fused, away)                      \
	do {                                                                   \
		unsigned rm;                                                   \
		if (!begin(h, i, &rm))                                         \
			break;                                                 \
		type a = get(h, i->rs1), b = get(h, i->rs2);                   \
		type c = get(h, i->rs3);                                       \
		if ((isinf(a) && b == 0) || (a == 0 && isinf(b)))              \
			h->fflags |= NV;                                       \
		volatile type r = fused(x, y, z);                              \
		if (unlikely(rm == RMM) && is_inexact(h))                      \
			r = away((__float128)(x) * (y) + (z));                 \
		end(rm);                                                       \
		put(h, i->rd, bits(r));                                        \
	} while (0)
#define FUSED_S(x, y, z)                                                       \
	FUSED(x, y, z, float, get_s, put_s, bits_s, fmaf, AWAY_S)
#define FUSED_D(x, y, z)                                                       \
	FUSED(x, y, z, double, get_d, put_d, bits_d, fma, AWAY_D)

/* ---- without rounding ---- */

#define SIGN_S(sign)                                                           \
	if (is_on(h, i)) {                                                     \
		uint32_t a = raw_s(h, i->rs1), b = raw_s(h, i->rs2);           \
		F(i->rd) = BOX((a & 0x7fffffff) | ((sign)&1U << 31));          \
	}
#define SIGN_D(sign)                                                           \
	if (is_on(h, i)) {                                                     \
		uint64_t a = F(i->rs1), b = F(i->rs2);                         \
		F(i->rd) = (a & ~(1UL << 63)) | ((sign)&1UL << 63);            \
	}

#define CHOOSE_S(greater)                                                      \
	if (is_on(h, i))                                                       \
	put_s(h, i->rd,                                                        \
	      float_first(h, WIDE(i->rs1), WIDE(i->rs2), greater)              \
		      ? raw_s(h, i->rs1)                                       \
		      : raw_s(h, i->rs2))
#define CHOOSE_D(greater)                                                      \
	if (is_on(h, i))                                                       \
	put_d(h, i->rd,                                                        \
	      float_first(h, F(i->rs1), F(i->rs2), greater) ? F(i->rs1)        \
							    : F(i->rs2))

#define COMPARE_S(relation)                                                    \
	if (is_on(h, i))                                                       \
	h->x[i->rd] = float_compare(h, WIDE(i->rs1), WIDE(i->rs2), relation)
#define COMPARE_D(relation)                                                    \
	if (is_on(h, i))                                                       \
	h->x[i->rd] = float_compare(h, F(i->rs1), F(i->rs2), relation)

#define CLASSIFY_S()                                                           \
	if (is_on(h, i))                                                       \
	h->x[i->rd] = float_class_s(raw_s(h, i->rs1))
#define CLASSIFY_D()                                                           \
	if (is_on(h, i))                                                       \
	h->x[i->rd] = float_class_d(F(i->rs1))

/* ---- conversions ---- */

static void to_int(struct hart *h, const struct insn *i, uint64_t bits,
		   enum integer to)
{
	unsigned rm = i->rm == DYN ? h->frm : i->rm;

	if (rm > RMM)
		except(h, 2, i->bits);
	else
		h->x[i->rd] = float_to_integer(h, bits, rm, to);
}

#define TO_INT_S(to)                                                           \
	if (is_on(h, i))                                                       \
	to_int(h, i, WIDE(i->rs1), to)
#define TO_INT_D(to)                                                           \
	if (is_on(h, i))                                                       \
	to_int(h, i, F(i->rs1), to)

#define CONVERT_INT(type)                                                      \
	switch (from) {                                                        \
	case INT32:                                                            \
		return (type)(int32_t)value;                                   \
	case UINT32:                                                           \
		return (type)(uint32_t)value;                                  \
	case INT64:                                                            \
		return (type)(int64_t)value;                                   \
	default:                                                               \
		return (type)value;                                            \
	}

static inline float from_int_s(uint64_t value, enum integer from)
{
	CONVERT_INT(float)
}

static inline double from_int_d(uint64_t value, enum integer from)
{
	CONVERT_INT(double)
}

static inline __float128 from_int_q(uint64_t value, enum integer from)
{
	CONVERT_INT(__float128)
}

#define FROM_INT(from, type, put, bits, convert_, away)                        \
	do {                                                                   \
		unsigned rm;                                                   \
		if (!begin(h, i, &rm))                                         \
			break;                                                 \
		uint64_t v = h->x[i->rs1];                                     \
		volatile type r = convert_(v, from);                           \
		if (unlikely(rm == RMM) && is_inexact(h))                      \
			r = away(from_int_q(v, from));                         \
		end(rm);                                                       \
		put(h, i->rd, bits(r));                                        \
	} while (0)
#define FROM_INT_S(from)                                                       \
	FROM_INT(from, float, put_s, bits_s, from_int_s, AWAY_S)
#define FROM_INT_D(from)                                                       \
	FROM_INT(from, double, put_d, bits_d, from_int_d, AWAY_D)

#define NARROW()                                                               \
	do {                                                                   \
		unsigned rm;                                                   \
		if (!begin(h, i, &rm))                                         \
			break;                                                 \
		double a = get_d(h, i->rs1);                                   \
		volatile float r = (float)a;                                   \
		if (unlikely(rm == RMM) && is_inexact(h))                      \
			r = AWAY_S((__float128)a);                             \
		end(rm);                                                       \
		put_s(h, i->rd, bits_s(r));                                    \
	} while (0)
#define WIDEN()                                                                \
	do {                                                                   \
		unsigned rm;                                                   \
		if (!begin(h, i, &rm))                                         \
			break;                                                 \
		volatile double r = (double)get_s(h, i->rs1);                  \
		end(rm);                                                       \
		put_d(h, i->rd, bits_d(r));                                    \
	} while (0)

/* ---- moves, loads and stores ---- */

#define RS1 (h->x[i->rs1])
#define SX(value) ((uint64_t)(int32_t)(value))
#define MOVE_TO_INT(value)                                                     \
	if (is_on(h, i))                                                       \
	h->x[i->rd] = (value)
#define MOVE_FROM_INT(value)                                                   \
	if (is_on(h, i))                                                       \
	h->f[i->rd] = (value)

static void float_load(struct hart *h, const struct insn *i, unsigned size)
{
	uint64_t value;

	if (is_on(h, i) &&
	    mem_load(h, RS1 + (uint64_t)(int64_t)i->imm, size, &value))
		h->f[i->rd] = size == 4 ? BOX(value) : value;
}

static void float_store(struct hart *h, const struct insn *i, unsigned size)
{
	uint64_t value = h->f[i->rs2];

	if ((h->mstatus & FS) == 0) {
		except(h, 2, i->bits);
		return;
	}
	if (size == 4)
		value &= 0xffffffff;
	mem_store(h, RS1 + (uint64_t)(int64_t)i->imm, size, value);
}

/* ---- the table's instructions ---- */

#define ROW(name, section, encoding, kind, ...)                                \
	void exec_##name(struct hart *h, const struct insn *i);                \
	void exec_##name(struct hart *h, const struct insn *i)                 \
	{                                                                      \
		__VA_ARGS__;                                                   \
	}
#define SHORT(name, section, encoding, long_form)
#include "rv64fd.h"
