/* user/compat/kernel/memlayout.h: addresses at which xv6's tests check that
 * programs have no access. In Calf they have none there either. */
#pragma once

#include "kernel/riscv.h"

#define KERNBASE 0x80000000L
#define PHYSTOP (KERNBASE + 128 * 1024 * 1024)
#define TRAMPOLINE (MAXVA - PGSIZE)
#define TRAPFRAME (TRAMPOLINE - PGSIZE)
