/* user/lib/counters.c: find out what the counters count. */

#include "counters.h"

#define KNOWN_LOOPS 500 /* turns of a loop of two instructions */
#define KNOWN_SLACK 16  /* instructions around the loop */

bool counters_count_instructions(void)
{
	long loops = KNOWN_LOOPS;
	uint64 start = rdcycle();

	__asm__ volatile("1:	addi	%0, %0, -1\n"
			 "	bnez	%0, 1b"
			 : "+r"(loops));
	uint64 cost = rdcycle() - start;
	return cost >= 2 * KNOWN_LOOPS && cost < 2 * KNOWN_LOOPS + KNOWN_SLACK;
}
