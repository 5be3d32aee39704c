/* user/compat/kernel/vm.h: how sys_sbrk() is to give memory, for programs
 * written for xv6. Calf does not ask: it has one way. */
#pragma once

#define SBRK_EAGER 1
#define SBRK_LAZY 2
