/* kernel/proc/sched.h: which process runs where.
 *
 * One lock guards the run queue, all wait queues and every process's state. It
 * is held across a switch: the thread that is switched to releases it. */
#pragma once

#include "proc/proc.h"

extern struct spinlock sched_lock;

/* A new process: when first switched to, it goes to p->start(). */
void sched_prepare(struct proc *p);

/* p can run: it goes to the end of the queue, and an idle hart is woken. */
void sched_enqueue(struct proc *p) EXCLUDES(sched_lock);
void sched_enqueue_locked(struct proc *p) REQUIRES(sched_lock);

/* Give the hart to whoever is first in the queue, or to the idle loop. The
 * caller's state and queue say already what it waits for. */
void sched_switch_locked(void) REQUIRES(sched_lock);

/* Let others run first, if there are any. */
void sched_yield(void) EXCLUDES(sched_lock);

/* Put p among those who wait for a time, p->wake_time. */
void sched_add_timed_locked(struct proc *p) REQUIRES(sched_lock);

/* The timer of this hart has rung. */
void sched_tick(void) EXCLUDES(sched_lock);

/* For the idle loop: run processes until there is none to run, or until one
 * gives the hart away while an interrupt is pending. Returns whether there is
 * nothing to do but wait for an interrupt. */
bool sched_run(void) EXCLUDES(sched_lock);
