/* user/compat/kernel/types.h: the integer types, for programs written for
 * xv6. */
#pragma once

#include "abi/types.h"

typedef uint64 pde_t;
