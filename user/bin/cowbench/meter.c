/* user/bin/cowbench/meter.c: counting instructions. */

#include "cowbench.h"

#define TRIES 5
#define KNOWN_LOOPS 500 /* of two instructions */
#define KNOWN_SLACK 16  /* instructions around that loop */

static uint64 started;
static uint64 own_cost; /* of a window that has nothing in it */

__attribute__((noinline)) void meter_start(void)
{
	started = rdcycle();
}

__attribute__((noinline)) uint64 meter_take(uint64 now)
{
	return now - started - own_cost;
}

void meter_init(void)
{
	meter_start();
	own_cost = meter_stop();
}

uint64 least(uint64 (*window)(long n), long n)
{
	uint64 best = window(n);

	for (int i = 1; i < TRIES; i++) {
		uint64 cost = window(n);

		if (cost < best)
			best = cost;
	}
	return best;
}

static uint64 known_loop(long loops)
{
	meter_start();
	__asm__ volatile("1:	addi	%0, %0, -1\n"
			 "	bnez	%0, 1b"
			 : "+r"(loops));
	return meter_stop();
}

bool meter_counts_instructions(void)
{
	uint64 cost = least(known_loop, KNOWN_LOOPS);

	return cost >= 2 * KNOWN_LOOPS && cost < 2 * KNOWN_LOOPS + KNOWN_SLACK;
}
