/* user/bin/cowbench/meter.c: count instructions. */

#include "cowbench.h"

#define TRIES 5
#define TRIES_IF_LARGE 2 /* for numbers above this: */
#define LARGE 50000

static uint64 started;
static uint64 own_cost; /* the cost of an empty window */

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
	int tries = n > LARGE ? TRIES_IF_LARGE : TRIES;
	uint64 best = window(n);

	for (int i = 1; i < tries; i++) {
		uint64 cost = window(n);

		if (cost < best)
			best = cost;
	}
	return best;
}
