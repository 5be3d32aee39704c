/* user/compat/kernel/memlayout.h: addresses that xv6's programs try in vain:
 * none of them is a program's to use here either. */
#pragma once

#include "kernel/riscv.h"

#define KERNBASE 0x80000000L
#define PHYSTOP (KERNBASE + 128 * 1024 * 1024)
#define TRAMPOLINE (MAXVA - PGSIZE)
#define TRAPFRAME (TRAMPOLINE - PGSIZE)
