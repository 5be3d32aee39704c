/* kernel/boot/fdt.h: read the device tree, which describes the machine
 * (Devicetree Specification v0.4, chapters 3 and 5). */
#pragma once

#include "lib/types.h"

#define BOOTARGS_LEN 512

struct machine {
	uint64 ram_bytes; /* starting at RAM_BASE_PA */
	uint32 nharts;
	uint64 timer_hz;
	bool has_plic; /* a PLIC delivers device interrupts */
	bool has_msip; /* there is a CLINT or an ACLINT */
	char bootargs[BOOTARGS_LEN];
};

/* Read the flattened tree at physical address `pa`. Returns NULL, or a message
 * that says what is wrong with it. */
const char *fdt_read(uint64 pa, struct machine *machine);
