/* kernel/proc/sleep.h: waiting for something to happen. */
#pragma once

#include "lib/list.h"
#include "lib/spinlock.h"

struct proc;

/* Those who wait for one thing. The lock of that thing protects the condition;
 * the scheduler's own lock protects the queue. */
struct waitq {
	struct list sleepers;
};

#define WAITQ(name)                                                            \
	((struct waitq){                                                       \
		.sleepers.next = &(name).sleepers,                             \
		.sleepers.prev = &(name).sleepers,                             \
	})

void waitq_init(struct waitq *queue);

/* Release `lock`, sleep until woken, take `lock` again. No wake-up given by a
 * holder of `lock` is missed. The caller tests its condition again. */
void sleep_on(struct waitq *queue, struct spinlock *lock) REQUIRES(*lock);

/* The same, but ends early for a process that was killed.
 * Returns 0 when woken, -EINTR when killed. */
int sleep_killable(struct waitq *queue, struct spinlock *lock) REQUIRES(*lock);

/* Wake everybody, or the process that has waited longest, which is returned;
 * NULL if nobody waits. The caller holds the lock that the sleepers gave. */
void wake_all(struct waitq *queue);
struct proc *wake_one(struct waitq *queue);

/* -EINTR when the running process was killed, else 0. */
int check_killed(void);

/* To call in the middle of long work (docs/proc.md, "Long calls"): if an
 * interrupt is pending, have it taken and let others run. The caller may hold
 * sleep locks. Returns 0, or -EINTR if the process was killed. */
int give_way(void);

/* Sleep for that many ticks (abi/limits.h). Returns 0, or -EINTR when
 * killed. */
int sleep_ticks(uint64 ticks);
