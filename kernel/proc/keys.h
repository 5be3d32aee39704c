/* kernel/proc/keys.h: the effects of Ctrl-C and Ctrl-P on processes.
 *
 * Ctrl-C kills the processes that have FOREGROUND_SELF (abi/process.h). An
 * interactive shell has only FOREGROUND_CHILDREN, so it survives; while it
 * starts a background process, it has no flag at all. */
#pragma once

#include "abi/process.h"
#include "proc/proc.h"

/* Clear flags of the running process and then set some. Returns the old flags,
 * or -EINVAL. */
int keys_change(uint32 clear, uint32 set);

/* Set the flags of the new child of a parent that has flags. The caller adds
 * the child to the tree under the same lock. So Ctrl-C either comes before, and
 * then the child is killed here, or it finds the child and its flags. */
void keys_fork_locked(struct proc *child, const struct proc *parent)
	REQUIRES(tree_lock);

/* To call when `parent` has learned how its child ended. If that was by Ctrl-C
 * and the parent is a shell, its next read need not report the Ctrl-C. */
void keys_wait_locked(const struct proc *parent, int status)
	REQUIRES(tree_lock);

/* Ctrl-C: kill the processes in the foreground. */
void keys_interrupt(void);

/* Ctrl-P: print a line for each process. */
void keys_list(void);
