/* kernel/proc/life.h: how processes come to be and end. */
#pragma once

#include "proc/proc.h"

/* The running process makes a copy of itself that begins at `start`, with 0 in
 * its a0. Returns its pid, -EAGAIN when there are too many processes, -ENOMEM;
 * then nothing has changed. */
int proc_fork(void (*start)(void));

/* A thread of the kernel; the first one becomes init, the parent of orphans.
 * Returns 0, -EAGAIN or -ENOMEM. */
int proc_spawn(const char *name, void (*start)(void));

/* The running process is over. */
void proc_exit(int status) __attribute__((noreturn));

/* Wait for a child to end and write its status to status_va, unless that is 0.
 * Returns its pid, -ECHILD when there is none, -EINTR when killed, or the error
 * of copyout(); then the child can still be waited for. */
int proc_wait(uint64 status_va);

/* Let a process end when it next would return to user mode; a killable sleep
 * ends at once. Returns 0, -ESRCH, or -EPERM for init and
 * threads of the kernel. */
int proc_kill(int pid);

/* The same with a status of one's own, for whoever has looked it up. */
void proc_end_locked(struct proc *p, int status) REQUIRES(tree_lock);
