/* kernel/mm/recount.h: the counts of frames against the page tables. */
#pragma once

/* Go through every address space and every free frame. Returns NULL, or an
 * invariant that does not hold. No other hart runs meanwhile. */
const char *recount(void);
