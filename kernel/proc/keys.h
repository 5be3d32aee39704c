/* kernel/proc/keys.h: what keys of the console do to processes.
 *
 * Ctrl-C ends those that have FOREGROUND_SELF (abi/process.h). A shell that
 * somebody sits at has FOREGROUND_CHILDREN alone, so that it does not end, and
 * not even that while it starts a process in the background. */
#pragma once

#include "abi/process.h"
#include "proc/proc.h"

/* Take flags from the running process, then give it some. Returns those that it
 * had, or -EINVAL. */
int keys_change(uint32 clear, uint32 set);

/* What a child gets from a parent with flags. The lock is held for this and for
 * entering the tree: Ctrl-C comes before, and then the child ends, or it finds
 * the child's flags. */
void keys_fork_locked(struct proc *child, const struct proc *parent)
	REQUIRES(tree_lock);

/* A shell learns that a child ended by Ctrl-C, so its next read need not tell
 * it. */
void keys_wait_locked(const struct proc *parent, int status)
	REQUIRES(tree_lock);

/* Ctrl-C: end them. */
void keys_interrupt(void);

/* Ctrl-P: print a line for each process. */
void keys_list(void);
