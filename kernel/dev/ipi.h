/* kernel/dev/ipi.h: one hart calls another.
 *
 * The machine's software interrupt reaches machine mode; boot/entry.S passes
 * it on as a supervisor software interrupt. */
#pragma once

#include "lib/types.h"

/* Wake the hart if it waits for an interrupt; else it takes one when it next
 * runs a program. */
void ipi_send(uint32 hart_index);

/* To all harts but this one. */
void ipi_send_others(void);

/* The call has been heard. */
void ipi_clear(void);
