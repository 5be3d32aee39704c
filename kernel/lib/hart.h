/* kernel/lib/hart.h: what each hart knows of itself.
 *
 * In the kernel, tp points to the struct of the hart that runs. */
#pragma once

#define MAX_HARTS 8

#ifndef __ASSEMBLER__
#include "lib/lockorder.h"
#include "lib/types.h"

struct proc;
struct trapframe;

struct hart {
	/* trap/entry.S knows these three by offset. */
	uint64 scratch;          /* a register saved on the way in */
	struct trapframe *frame; /* where the running program's registers go */
	uint64 panic_stack;      /* stack for a trap out of the kernel */

	struct proc *proc; /* who runs here; NULL when idle */
	uint64 idle_sp; /* stack pointer of the idle loop, when it is not on */
	uint32 index;   /* 0 .. MAX_HARTS - 1 */
	uint32 hartid;  /* mhartid */
	struct lock_list spinlocks; /* that it has */
};

extern struct hart harts[MAX_HARTS];
extern uint32 nharts; /* [init] harts that take part */

register struct hart *hart_in_tp __asm__("tp");

/* Ask again after a sleep: a thread may wake on another hart. */
static inline struct hart *this_hart(void)
{
	return hart_in_tp;
}
#endif
