/* kernel/dev/plic.h: which device interrupts (RISC-V platform-level interrupt
 * controller specification). */
#pragma once

#include "lib/types.h"

/* [init] Devices may interrupt; this hart listens. */
void plic_init(void);
void plic_init_hart(void);

/* An interrupt that waits, from now on this hart's alone to see to; 0: none. */
uint32 plic_claim(void);
void plic_complete(uint32 irq);
