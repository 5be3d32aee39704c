/* kernel/proc/life.h: how processes start and end. */
#pragma once

#include "proc/proc.h"

/* Create a copy of the running process. Its thread starts at `start`, with 0 as
 * the program's a0. Returns its pid; or, with nothing changed, -EAGAIN if there
 * are too many processes, -ENOMEM, or -EINTR. */
int proc_fork(void (*start)(void));

/* The same, but the child borrows the address space of the running process,
 * which sleeps until the child has called exec or has ended. A child that has
 * borrowed its memory cannot lend it: this is proc_fork() then. Returns -EINTR
 * if the process was killed meanwhile. */
int proc_vfork(void (*start)(void));

/* Let the running process `p` have another address space, or none. Returns the
 * former one if no process has it any more, and the caller must drop it;
 * otherwise NULL. The hart must have left it already. */
struct uvm *proc_change_uvm_locked(struct proc *p, struct uvm *uvm)
	REQUIRES(tree_lock);

/* Create a thread of the kernel. The first one becomes init, the parent of
 * orphans. Returns 0, -EAGAIN or -ENOMEM. */
int proc_spawn(const char *name, void (*start)(void));

/* End the running process. */
void proc_exit(int status) __attribute__((noreturn));

/* Wait for a child to end, and write its status to status_va unless that is 0.
 * Returns the child's pid; -ECHILD if there is no child; -EINTR if killed; or
 * an error of copyout(), and then one can wait for the child again. */
int proc_wait(uint64 status_va);
