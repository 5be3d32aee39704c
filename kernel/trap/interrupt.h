/* kernel/trap/interrupt.h: what devices, clock and other harts want. */
#pragma once

/* See to everything that is pending on this hart. */
void interrupts_poll(void);
