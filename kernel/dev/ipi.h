/* kernel/dev/ipi.h: interrupts from one hart to another.
 *
 * A software interrupt of the CLINT goes to machine mode; boot/entry.S passes
 * it on as a supervisor software interrupt. */
#pragma once

#include "lib/types.h"

/* Interrupt a hart. It takes the interrupt in its idle loop or in a program. */
void ipi_send(uint32 hart_index);

/* Interrupt all other harts. */
void ipi_send_others(void);

/* Fence the translations of user space on all harts. When this returns, no
 * program runs with an older translation: a hart that is in the kernel now, and
 * may be waiting for a lock of the caller, fences before it returns to a
 * program. */
void ipi_fence_user(void);

/* Acknowledge the interrupt. */
void ipi_clear(void);
