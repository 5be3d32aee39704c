/* kernel/dev/timer.h: the clock and each hart's alarm (extension Sstc). */
#pragma once

#include "lib/csr.h"
#include "lib/types.h"

#define TIMER_NEVER (~0UL)

/* Time since power-on. The unit comes from the device tree: timer_hz a
 * second. */
static inline uint64 timer_now(void)
{
	return csr_read(time);
}

extern uint64 timer_hz; /* [init] */

/* This hart gets a timer interrupt at `when`, or after a second if that is
 * sooner; an earlier setting is forgotten. */
void timer_set(uint64 when);

/* To call when a thread has this hart and an interrupt is about to be taken:
 * note for how long the alarm has been due, if it is. */
void timer_note_wait(void);

/* The longest such time on any hart, in the unit above. */
uint64 timer_longest_wait(void);
