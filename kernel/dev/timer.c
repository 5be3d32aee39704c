/* kernel/dev/timer.c: the clock and the timer of each hart. */
#include "dev/timer.h"

#include "lib/hart.h"

uint64 timer_hz;

static uint64 longest_wait[MAX_HARTS]; /* [self] of each hart's timer */

void timer_note_wait(void)
{
	uint64 *longest = &longest_wait[this_hart()->index];
	uint64 now = timer_now(), due;

	__asm__ volatile("csrr %0, %1" : "=r"(due) : "i"(CSR_STIMECMP));
	if (due < now && due != 0) /* 0: never set since power-on */
		*longest = MAX(*longest, now - due);
}

uint64 timer_longest_wait(void)
{
	uint64 longest = 0;

	for (int i = 0; i < MAX_HARTS; i++)
		longest = MAX(longest, longest_wait[i]);
	return longest;
}

void timer_set(uint64 when)
{
	/* When QEMU counts instructions and all harts are idle, it advances
	 * time to the next timer interrupt. Without one it would hang. */
	when = MIN(when, timer_now() + timer_hz);
	__asm__ volatile("csrw %0, %1" : : "i"(CSR_STIMECMP), "r"(when));
}
