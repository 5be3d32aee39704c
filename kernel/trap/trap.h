/* kernel/trap/trap.h: enter and leave the kernel. */
#pragma once

#include "proc/trapframe.h"

/* Set up this hart to send its traps to the kernel. */
void trap_init_hart(void);

/* Start the program of the running process with the registers in its trapframe.
 * New processes start here, and exec ends here. A process that has been killed
 * exits instead. */
void user_start(void) __attribute__((noreturn));

/* The idle loop of a hart: run processes, or wait for interrupts. */
void hart_idle(void) __attribute__((noreturn));

/* The first one is in trap/entry.S, which calls the others. */
void user_enter(void) __attribute__((noreturn));
void usertrap(struct trapframe *frame);
void kerneltrap(uint64 fp) __attribute__((noreturn));
