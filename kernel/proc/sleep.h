/* kernel/proc/sleep.h: wait queues and other ways to wait. */
#pragma once

#include "lib/list.h"
#include "lib/spinlock.h"

struct proc;

/* The processes that wait for one condition. The condition has a lock of its
 * own; the queue itself is guarded by the scheduler's lock. */
struct waitq {
	struct list sleepers;
};

#define WAITQ(name)                                                            \
	((struct waitq){                                                       \
		.sleepers.next = &(name).sleepers,                             \
		.sleepers.prev = &(name).sleepers,                             \
	})

void waitq_init(struct waitq *queue);

/* Release `lock`, sleep until woken, and acquire `lock` again. No wake-up by a
 * holder of `lock` is missed. The caller must test its condition again. */
void sleep_on(struct waitq *queue, struct spinlock *lock) REQUIRES(*lock);

/* The same, but also ends if the process is killed. Returns 0, or -EINTR if
 * killed. */
int sleep_killable(struct waitq *queue, struct spinlock *lock) REQUIRES(*lock);

/* Wake all sleepers. The caller holds the lock that they passed. */
void wake_all(struct waitq *queue);

/* Wake the process that has waited longest and return it; NULL if nobody
 * waits. */
struct proc *wake_one(struct waitq *queue);

/* -EINTR if the running process has been killed, otherwise 0. */
int check_killed(void);

/* To call during long work (docs/proc.md, "Long calls"): if an interrupt is
 * pending, take it and let other processes run. The caller may hold sleep
 * locks. Returns 0, or -EINTR if the process was killed. */
int give_way(void);

/* Sleep for that many ticks (abi/limits.h). Returns 0, or -EINTR if killed. */
int sleep_ticks(uint64 ticks);
