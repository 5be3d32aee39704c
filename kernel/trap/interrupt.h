/* kernel/trap/interrupt.h: handle interrupts. */
#pragma once

/* Handle all interrupts that are pending on this hart. */
void interrupts_poll(void);
