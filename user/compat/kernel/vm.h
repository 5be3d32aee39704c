/* user/compat/kernel/vm.h: how sys_sbrk() should give memory, for programs
 * written for xv6. Calf ignores it, since it has only one way. */
#pragma once

#define SBRK_EAGER 1
#define SBRK_LAZY 2
