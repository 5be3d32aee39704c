/* kernel/proc/sched.h: the scheduler.
 *
 * One lock guards the run queue, all wait queues and the states of all
 * processes. It is held across a switch, and the thread that is switched to
 * releases it. */
#pragma once

#include "proc/proc.h"

extern struct spinlock sched_lock;

/* Prepare the stack of a new process so that its first switch calls
 * p->start(). */
void sched_prepare(struct proc *p);

/* Put p at the end of the run queue and wake an idle hart. */
void sched_enqueue(struct proc *p) EXCLUDES(sched_lock);
void sched_enqueue_locked(struct proc *p) REQUIRES(sched_lock);

/* Give the hart to the first process in the queue, or to the idle loop. The
 * caller has already set its own state and joined its queue. */
void sched_switch_locked(void) REQUIRES(sched_lock);

/* Let other runnable processes run first. */
void sched_yield(void) EXCLUDES(sched_lock);

/* Make p wait until p->wake_time. */
void sched_add_timed_locked(struct proc *p) REQUIRES(sched_lock);

/* Handle a timer interrupt of this hart. */
void sched_tick(void) EXCLUDES(sched_lock);

/* Run processes, for the idle loop. Returns true if no process is runnable, and
 * false if an interrupt became pending, which the idle loop must take. */
bool sched_run(void) EXCLUDES(sched_lock);
