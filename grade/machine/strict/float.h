/* grade/machine/strict/float.h: floating-point operations that hosts do not
 * have. Numbers are the bits of a double, which can hold every single. */
#pragma once

#include "parts.h"

enum { NX = 1, UF = 2, OF = 4, DZ = 8, NV = 16 };
enum { RNE = 0, RTZ = 1, RDN = 2, RUP = 3, RMM = 4, DYN = 7 };

#define NAN_S 0x7fc00000U
#define NAN_D 0x7ff8000000000000UL

enum relation { EQ, LT, LE };
enum integer { INT32, UINT32, INT64, UINT64 };

/* The bits of a number. */
static inline uint32_t bits_s(float value)
{
	uint32_t bits;

	memcpy(&bits, &value, 4);
	return bits;
}

static inline uint64_t bits_d(double value)
{
	uint64_t bits;

	memcpy(&bits, &value, 8);
	return bits;
}

/* The double that is equal to a single. A NaN stays quiet or signaling. */
uint64_t float_widen(uint32_t single);
bool float_is_nan(uint64_t bits);

/* True if x is the minimum of x and y, or the maximum if `greater` is set
 * (11.6). */
bool float_first(struct hart *h, uint64_t x, uint64_t y, bool greater);
bool float_compare(struct hart *h, uint64_t x, uint64_t y,
		   enum relation relation);
uint64_t float_class_s(uint32_t bits);
uint64_t float_class_d(uint64_t bits);
uint64_t float_to_integer(struct hart *h, uint64_t bits, unsigned rm,
			  enum integer to);

/* Round, with ties away from zero. The exact result is truncated to 113 bits,
 * and float_odd() sets the last of them if bits were lost, so that the number
 * stays on the same side of every tie. float_away() then rounds it to a single
 * or a double. */
__float128 float_odd(__float128 cut);
double float_away(struct hart *h, __float128 exact, bool single);
