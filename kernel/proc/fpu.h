/* kernel/proc/fpu.h: the floating-point registers of programs.
 *
 * The kernel itself does not use them. A process gets memory for them at its
 * first floating-point instruction, which traps as an illegal instruction
 * because the unit is off. */
#pragma once

#include "lib/types.h"

struct proc;

struct fpu_state {
	uint64 f[32];
	uint64 fcsr;
};

/* Whether the instruction uses these registers. Also true for 0, which means
 * that the hart did not report the instruction. */
bool fpu_needed(uint32 instruction);

/* Give the running process zeroed registers and turn the unit on. It must not
 * have registers yet. Returns 0 or -ENOMEM. */
int fpu_enable(struct proc *p);

/* Copy the registers of the running process, `parent`, to `child`. Returns 0 or
 * -ENOMEM. */
int fpu_fork(struct proc *child, struct proc *parent);

/* Drop the registers of the running process: it exits or starts a new
 * program. */
void fpu_reset(struct proc *p);

/* Part of a switch between processes: save the registers of `from` and load
 * those of `to`. Either may be NULL. */
void fpu_switch(struct proc *from, struct proc *to);
