/* user/compat/kernel/riscv.h: pages and addresses, for programs written for
 * xv6. Page-table entries are as in the RISC-V privileged specification
 * (Sv39). */
#pragma once

#include "abi/types.h"
#include "kernel/limits.h"

#define PGSHIFT 12
#define PGROUNDUP(size) (((size) + PGSIZE - 1) & ~(PGSIZE - 1))
#define PGROUNDDOWN(addr) ((addr) & ~(PGSIZE - 1))
#define MAXVA (1L << 38)
_Static_assert(MAXVA == USER_END, "see abi/limits.h");

typedef uint64 pte_t;
typedef uint64 *pagetable_t; /* 512 entries */

#define PTE_V 0x01L
#define PTE_R 0x02L
#define PTE_W 0x04L
#define PTE_X 0x08L
#define PTE_U 0x10L
#define PTE_G 0x20L
#define PTE_A 0x40L
#define PTE_D 0x80L
#define PTE_FLAGS(pte) ((pte)&0x3ff)
#define PTE2PA(pte) ((pte) >> 10 << PGSHIFT)
#define PA2PTE(pa) ((uint64)(pa) >> PGSHIFT << 10)

/* The index of an address in a page table. The root is at level 2. */
#define PXMASK 0x1ff
#define PXSHIFT(level) (PGSHIFT + 9 * (level))
#define PX(level, va) ((uint64)(va) >> PXSHIFT(level) & PXMASK)

static inline uint64 r_sp(void)
{
	uint64 value;

	__asm__ volatile("mv %0, sp" : "=r"(value));
	return value;
}

static inline uint64 r_time(void)
{
	uint64 value;

	__asm__ volatile("rdtime %0" : "=r"(value));
	return value;
}
