/* user/compat/kernel/riscv.h: pages and addresses, for programs written for
 * xv6. */
#pragma once

#include "abi/limits.h"
#include "abi/types.h"

#define PGSHIFT 12
#define PGROUNDUP(size) (((size) + PGSIZE - 1) & ~(PGSIZE - 1))
#define PGROUNDDOWN(addr) ((addr) & ~(PGSIZE - 1))
#define MAXVA USER_END

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
