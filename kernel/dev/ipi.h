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

/* Acknowledge the interrupt. */
void ipi_clear(void);
