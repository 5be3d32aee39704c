/* user/compat/kernel/limits.h: Calf's limits, for programs written for xv6.
 * They compare the page size with -1, the result of a failed call. */
#pragma once

#include "abi/limits.h"

#undef PGSIZE
#define PGSIZE 4096 /* an int, so -1 is less */
