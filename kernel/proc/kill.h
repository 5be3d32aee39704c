/* kernel/proc/kill.h: make a process end. */
#pragma once

#include "proc/proc.h"

/* Kill a process: it ends before it next returns to user mode, and a killable
 * sleep ends at once. Returns 0, -ESRCH, or -EPERM for threads of the kernel,
 * of which init is one. */
int proc_kill(int pid);

/* The same for a process that the caller has found, with any status. */
void proc_kill_locked(struct proc *p, int status) REQUIRES(tree_lock);
