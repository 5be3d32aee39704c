/* kernel/proc/fpu.h: the floating-point registers of programs.
 *
 * The kernel uses none itself. A process has no room for them until its first
 * floating-point instruction, which traps as illegal because the unit is
 * off. */
#pragma once

#include "lib/types.h"

struct proc;

struct fpu_state {
	uint64 f[32];
	uint64 fcsr;
};

/* Whether an instruction needs these registers. 0 means that the hart did not
 * report the instruction: it may need them. */
bool fpu_needed(uint32 instruction);

/* Give the running process, which has none so far, registers and turn the unit
 * on. Returns 0 or -ENOMEM. */
int fpu_enable(struct proc *p);

/* `child` gets the parent's registers; false when memory is out. The parent is
 * the running process. */
bool fpu_fork(struct proc *child, struct proc *parent);

/* The running process begins a new program, or ends: registers are gone. */
void fpu_reset(struct proc *p);

/* Around a switch: what the hart holds goes to `from`; what `to` has comes to
 * the hart. Either may be NULL. */
void fpu_switch(struct proc *from, struct proc *to);
