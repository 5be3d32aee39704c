/* kernel/lib/bits.h: bits of a word. The base instruction set has none for
 * them. */
#pragma once

#include "lib/types.h"

/* Index of the lowest bit that is 1; the word is not 0. */
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
