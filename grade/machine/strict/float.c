/* grade/machine/strict/float.c: floating-point operations that hosts do not
 * have; see float.h. */
#include "float.h"

#include <fenv.h>
#include <math.h>

static double number_of(uint64_t bits)
{
	double value;

	memcpy(&value, &bits, 8);
	return value;
}

bool float_is_nan(uint64_t bits)
{
	return (bits & ~(1UL << 63)) > 0x7ff0000000000000UL;
}

static bool is_signaling(uint64_t bits)
{
	return float_is_nan(bits) && !(bits & 1UL << 51);
}

uint64_t float_widen(uint32_t single)
{
	uint64_t sign = (uint64_t)(single >> 31) << 63;
	uint64_t exponent = single >> 23 & 0xff;
	uint64_t fraction = (uint64_t)(single & 0x7fffff) << 29;

	if (exponent == 0xff)
		return sign | 0x7ffUL << 52 | fraction;
	if (exponent == 0 && fraction == 0)
		return sign;
	if (exponent == 0) { /* subnormal: normal as a double */
		exponent = 1;
		while (!(fraction & 1UL << 52)) {
			fraction <<= 1;
			exponent--;
		}
		fraction &= (1UL << 52) - 1;
	}
	return sign | (exponent + 1023 - 127) << 52 | fraction;
}

/* ---- relations ---- */

bool float_first(struct hart *h, uint64_t x, uint64_t y, bool greater)
{
	double a = number_of(x), b = number_of(y);

	if (is_signaling(x) || is_signaling(y))
		h->fflags |= NV;
	if (float_is_nan(x) || float_is_nan(y))
		return !float_is_nan(x); /* prefer a number to a NaN */
	/* -0 is less than +0. */
	return (a < b || (a == b && x >> 63 > y >> 63)) != greater;
}

/* 11.8: feq is quiet, the others are not. */
bool float_compare(struct hart *h, uint64_t x, uint64_t y,
		   enum relation relation)
{
	double a = number_of(x), b = number_of(y);

	if (float_is_nan(x) || float_is_nan(y)) {
		if (relation != EQ || is_signaling(x) || is_signaling(y))
			h->fflags |= NV;
		return false;
	}
	return relation == EQ ? a == b : relation == LT ? a < b : a <= b;
}

/* 11.9, table 11.5 */
static uint64_t classify(bool negative, bool exponent_zero, bool exponent_ones,
			 bool fraction_zero, bool quiet)
{
	if (exponent_ones && !fraction_zero)
		return quiet ? 1 << 9 : 1 << 8;
	if (exponent_ones)
		return negative ? 1 << 0 : 1 << 7;
	if (!exponent_zero)
		return negative ? 1 << 1 : 1 << 6;
	if (!fraction_zero)
		return negative ? 1 << 2 : 1 << 5;
	return negative ? 1 << 3 : 1 << 4;
}

uint64_t float_class_s(uint32_t bits)
{
	uint32_t exponent = bits >> 23 & 0xff;

	return classify(bits >> 31, exponent == 0, exponent == 0xff,
			(bits & 0x7fffff) == 0, bits >> 22 & 1);
}

uint64_t float_class_d(uint64_t bits)
{
	uint64_t exponent = bits >> 52 & 0x7ff;

	return classify(bits >> 63, exponent == 0, exponent == 0x7ff,
			(bits & ((1UL << 52) - 1)) == 0, bits >> 51 & 1);
}

/* ---- to integers ---- */

static const struct {
	__int128 min, max;
} limits[] = {
	[INT32] = { INT32_MIN, INT32_MAX },
	[UINT32] = { 0, UINT32_MAX },
	[INT64] = { INT64_MIN, INT64_MAX },
	[UINT64] = { 0, UINT64_MAX },
};

static bool rounds_up(unsigned rm, bool negative, bool odd, bool half,
		      bool rest)
{
	switch (rm) {
	case RNE:
		return half && (rest || odd);
	case RTZ:
		return false;
	case RDN:
		return negative && (half || rest);
	case RUP:
		return !negative && (half || rest);
	default:
		return half;
	}
}

/* The number rounded to a signed integer of up to 65 bits. */
static __int128 to_integer(uint64_t bits, unsigned rm, bool *inexact)
{
	int exponent = (int)(bits >> 52 & 0x7ff) - 1023;
	uint64_t fraction = (bits & ((1UL << 52) - 1)) | 1UL << 52;
	bool negative = bits >> 63, half = false, rest = false;
	__int128 whole = 0;

	if (exponent > 64) {
		whole = (__int128)1 << 65;
	} else if (exponent >= 52) {
		whole = (__int128)fraction << (exponent - 52);
	} else if (exponent >= -1) {
		int cut = 52 - exponent; /* 1 to 53 bits */

		whole = (__int128)(fraction >> cut);
		half = fraction >> (cut - 1) & 1;
		rest = fraction & ((1UL << (cut - 1)) - 1);
	} else {
		rest = bits << 1 != 0;
	}
	whole += rounds_up(rm, negative, whole & 1, half, rest);
	*inexact = half || rest;
	return negative ? -whole : whole;
}

/* 11.7, table 11.4 */
uint64_t float_to_integer(struct hart *h, uint64_t bits, unsigned rm,
			  enum integer to)
{
	bool inexact, is_nan = float_is_nan(bits);
	__int128 value = to_integer(bits, rm, &inexact);

	if (is_nan)
		value = limits[to].max;
	if (is_nan || value > limits[to].max || value < limits[to].min) {
		h->fflags |= NV;
		value = is_nan || value > limits[to].max ? limits[to].max
							 : limits[to].min;
	} else if (inexact) {
		h->fflags |= NX;
	}
	return to == INT32 || to == UINT32 ? (uint64_t)(int32_t)value
					   : (uint64_t)value;
}

/* ---- ties away from zero ---- */

__float128 float_odd(__float128 cut)
{
	unsigned __int128 bits;

	if (!fetestexcept(FE_INEXACT))
		return cut;
	memcpy(&bits, &cut, sizeof(bits));
	bits |= 1;
	memcpy(&cut, &bits, sizeof(bits));
	return cut;
}

/* Round to a fraction of 52 bits, or of 23 for a single. The result is a
 * double, which can hold every single. */
double float_away(struct hart *h, __float128 exact, bool single)
{
	__float128 size = exact < 0 ? -exact : exact;
	__float128 low, high, rest;
	__float128 least = single ? 0x1p-126 : 0x1p-1022;
	bool overflows = false;

	fesetround(FE_TOWARDZERO);
	if (single) {
		uint32_t bits = bits_s((float)size) + 1;
		float next;

		memcpy(&next, &bits, 4);
		low = (float)size;
		overflows = bits == 0x7f800000;
		high = overflows ? 0x1p128 : next;
	} else {
		uint64_t bits = bits_d((double)size) + 1;

		low = (double)size;
		overflows = bits == 0x7ff0000000000000UL;
		high = overflows ? (__float128)0x1p1023 * 2
				 : (__float128)number_of(bits);
	}
	rest = (size - low) / (high - low);
	h->fflags |= NX;
	if (low < least && (high < least || rest < 0.75))
		h->fflags |= UF;
	if (rest >= 0.5 && overflows)
		h->fflags |= OF;
	double result = rest < 0.5  ? (double)low
			: overflows ? (double)INFINITY
				    : (double)high;
	feclearexcept(FE_ALL_EXCEPT);
	return exact < 0 ? -result : result;
}
