/* user/compat/kernel/vm.h: ways in which sys_sbrk() can allocate memory, for
 * programs written for xv6. Calf has only one way, and ignores the argument. */
#pragma once

#define SBRK_EAGER 1
#define SBRK_LAZY 2
