/* user/compat/kernel/fcntl.h: flags of open() and mmap(), for programs written
 * for xv6. */
#pragma once

#include "abi/fcntl.h"
#include "abi/mman.h"
