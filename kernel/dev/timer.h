/* kernel/dev/timer.h: the clock and the timer of each hart (extension Sstc). */
#pragma once

#include "lib/csr.h"
#include "lib/types.h"

#define TIMER_NEVER (~0UL)

/* The time since power-on, in units of 1 / timer_hz seconds. */
static inline uint64 timer_now(void)
{
	return csr_read(time);
}

extern uint64 timer_hz; /* [init] from the device tree */

/* Set the timer of this hart to interrupt at `when`, or after a second if that
 * is sooner. This replaces the previous setting. */
void timer_set(uint64 when);

/* To call when a thread runs on this hart and an interrupt is about to be
 * taken: record for how long the timer has been due, if it is. */
void timer_note_wait(void);

/* The longest time recorded on any hart. */
uint64 timer_longest_wait(void);
