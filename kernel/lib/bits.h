/* kernel/lib/bits.h: finding bits in a word. The base instruction set has no
 * instruction for it. */
#pragma once

#include "lib/types.h"

/* The index of the lowest set bit. The word must not be 0. */
static inline uint32 lowest_bit(uint64 word)
{
	uint32 index = 0;

	for (uint32 half = 32; half > 0; half /= 2) {
		if ((word & ((1UL << half) - 1)) == 0) {
			word >>= half;
			index += half;
		}
	}
	return index;
}
