/* kernel/lib/symbols.h: the names of the kernel's functions, by address. */
#pragma once

#include "lib/types.h"

struct symbol {
	const char *name; /* "?" when the address is in no function */
	uint64 offset;    /* of the address from the function's start */
};

struct symbol symbol_at(uint64 address);
