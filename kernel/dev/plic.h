/* kernel/dev/plic.h: the interrupt controller for devices (RISC-V
 * platform-level interrupt controller specification). */
#pragma once

#include "lib/types.h"

/* [init] Enable the interrupts of all devices. */
void plic_init(void);

/* [init] Let this hart take them. */
void plic_init_hart(void);

/* Claim a pending interrupt for this hart, which must handle it and then
 * complete it. Returns its number, or 0 if none is pending. */
uint32 plic_claim(void);
void plic_complete(uint32 irq);
