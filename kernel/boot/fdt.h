/* kernel/boot/fdt.h: the device tree: what machine this is (Devicetree
 * Specification v0.4, chapters 3 and 5). */
#pragma once

#include "lib/types.h"

#define BOOTARGS_LEN 512

struct machine {
	uint64 ram_bytes; /* from RAM_BASE_PA on */
	uint32 nharts;
	uint64 timer_hz;
	bool has_plic; /* device interrupts come through a PLIC */
	bool has_msip; /* there is a CLINT, or an ACLINT instead */
	char bootargs[BOOTARGS_LEN];
};

/* Read the flattened tree at physical address `pa`. Returns NULL, or what is
 * wrong with it. */
const char *fdt_read(uint64 pa, struct machine *machine);
