/* grade/machine/strict/pmp.c: physical memory protection (privileged
 * specification, 3.7). */
#include "parts.h"

/* The range of PMP entry n. Returns false if the entry is off. */
static bool pmp_range(const struct hart *h, uint32_t n, uint64_t *first,
		      uint64_t *last)
{
	uint64_t addr = h->pmpaddr[n];

	switch (h->pmpcfg[n] >> 3 & 3) {
	case 0:
		return false;
	case 1: /* TOR */
		*first = n == 0 ? 0 : h->pmpaddr[n - 1] << 2;
		*last = (addr << 2) - 1;
		return *first < addr << 2;
	case 2: /* NA4 */
		*first = addr << 2;
		*last = *first + 3;
		return true;
	default: /* NAPOT: the ones at the end give the size */
		*first = (addr & (addr + 1)) << 2;
		*last = ((addr | (addr + 1)) << 2) + 3;
		return true;
	}
}

bool pmp_allows(const struct hart *h, uint64_t pa, uint64_t bytes,
		enum access access, uint32_t mode)
{
	static const uint8_t right[] = { 1, 2, 4 };
	uint64_t first, last;

	for (uint32_t n = 0; n < 16; n++) {
		if (!pmp_range(h, n, &first, &last) || pa + bytes <= first ||
		    pa > last)
			continue;
		if (pa < first || pa + bytes - 1 > last)
			return false;
		if (mode == MODE_M && !(h->pmpcfg[n] & 0x80))
			return true;
		return h->pmpcfg[n] & right[access];
	}
	return mode == MODE_M;
}
