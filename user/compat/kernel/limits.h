/* user/compat/kernel/limits.h: Calf's limits, with a page size that programs
 * written for xv6 can compare with a result of -1. */
#pragma once

#include "abi/limits.h"

#undef PGSIZE
#define PGSIZE 4096 /* an int, so -1 is less */
