/* kernel/dev/timer.c: the clock and each hart's alarm. */
#include "dev/timer.h"

uint64 timer_hz;

void timer_set(uint64 when)
{
	/* QEMU, when it counts instructions and all harts are idle, lets time
	 * jump to the next alarm: one that never rings would stop it. */
	when = MIN(when, timer_now() + timer_hz);
	__asm__ volatile("csrw %0, %1" : : "i"(CSR_STIMECMP), "r"(when));
}
