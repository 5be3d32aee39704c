/* user/compat/kernel/syscall.h: system-call numbers, for programs written for
 * xv6. */
#pragma once

#include "abi/syscall.h"

#define SYS_pause SYS_sleep
