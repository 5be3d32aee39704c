/* kernel/lib/symbols.h: the names of the kernel's functions, by address. */
#pragma once

#include "lib/types.h"

struct symbol {
	const char *name; /* "?" if the address is before all functions */
	uint64 offset;    /* of the address in the function */
};

/* The function that contains the address. */
struct symbol symbol_at(uint64 address);
