/* kernel/trap/trap.h: entering and leaving the kernel. */
#pragma once

#include "proc/trapframe.h"

/* From now on this hart's traps come to the kernel. */
void trap_init_hart(void);

/* Begin the running process's program with the registers in its trapframe: the
 * start of a thread that has one, and the end of exec. A process that was ended
 * before it got here ends. */
void user_start(void) __attribute__((noreturn));

/* The idle loop of a hart: run processes, else wait for interrupts. */
void hart_idle(void) __attribute__((noreturn));

/* In trap/entry.S, and called from there. */
void load_program(void) __attribute__((noreturn));
void usertrap(struct trapframe *frame);
void kerneltrap(uint64 fp) __attribute__((noreturn));
