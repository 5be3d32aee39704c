/* kernel/lib/hart.h: the state of each hart.
 *
 * In the kernel, tp points to the struct of the current hart. */
#pragma once

#define MAX_HARTS 8

#ifndef __ASSEMBLER__
#include "debug/lockorder.h"
#include "lib/types.h"

struct proc;
struct trapframe;

struct hart {
	/* trap/entry.S uses these three by offset. */
	uint64 scratch;          /* saves a register on entry */
	struct trapframe *frame; /* saves the running program's registers */
	uint64 panic_stack;      /* top of the stack for traps in the kernel */

	struct proc *proc;          /* the running process, or NULL if idle */
	uint64 idle_sp;             /* saved stack pointer of the idle loop */
	uint32 index;               /* 0 .. MAX_HARTS - 1 */
	uint32 hartid;              /* mhartid */
	struct lock_list spinlocks; /* those that it holds */
};

extern struct hart harts[MAX_HARTS];
extern uint32 nharts; /* [init] number of harts in use */

register struct hart *hart_in_tp __asm__("tp");

/* After a sleep the result may differ: a thread may wake on another hart. */
static inline struct hart *this_hart(void)
{
	return hart_in_tp;
}
#endif
