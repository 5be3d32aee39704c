/* user/lib/counters.h: counters that programs may read (RISC-V manual,
 * "Zicntr"). */
#pragma once

#include <stdbool.h>

#include "abi/types.h"

#define TIME_HZ 10000000UL /* of rdtime() on QEMU's virt machine */

static inline uint64 rdcycle(void)
{
	uint64 value;

	__asm__ volatile("rdcycle %0" : "=r"(value));
	return value;
}

static inline uint64 rdtime(void)
{
	uint64 value;

	__asm__ volatile("rdtime %0" : "=r"(value));
	return value;
}

static inline uint64 rdinstret(void)
{
	uint64 value;

	__asm__ volatile("rdinstret %0" : "=r"(value));
	return value;
}

/* Whether rdcycle() and rdinstret() count instructions: under QEMU only with
 * ICOUNT=1. */
bool counters_count_instructions(void);
