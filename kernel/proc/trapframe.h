/* kernel/proc/trapframe.h: the registers of a program while it is in the
 * kernel.
 *
 * The trapframe is at the top of the process's kernel stack. trap/entry.S saves
 * and restores it, and accesses its members by their offsets. */
#pragma once

#include "lib/types.h"

struct trapframe {
	uint64 pc;
	uint64 ra, sp, gp, tp;
	uint64 t0, t1, t2;
	uint64 s0, s1;
	uint64 a0, a1, a2, a3, a4, a5, a6, a7;
	uint64 s2, s3, s4, s5, s6, s7, s8, s9, s10, s11;
	uint64 t3, t4, t5, t6;
};
