/* kernel/proc/turn.h: one process at a time, first come, first served.
 *
 * A process whose turn ends passes it to the process that has waited longest,
 * even before that one runs. So neither later arrivals nor the process that
 * passes the turn can overtake it. A turn has no lock of its own: it is guarded
 * by the lock of the structure that contains it. */
#pragma once

#include "lib/hart.h"
#include "proc/sleep.h"

struct turn {
	struct proc *owner; /* NULL: nobody, and then nobody waits either */
	struct waitq waiters;
};

#define TURN_INIT(name)                                                        \
	((struct turn){                                                        \
		.waiters.sleepers.next = &(name).waiters.sleepers,             \
		.waiters.sleepers.prev = &(name).waiters.sleepers,             \
	})

void turn_init(struct turn *turn);

/* Parts of turn_take() and turn_take_killable(): wait in the queue. */
void turn_wait(struct turn *turn, struct spinlock *lock) REQUIRES(*lock);
int turn_wait_killable(struct turn *turn, struct spinlock *lock)
	REQUIRES(*lock);

/* Wait for the caller's turn, releasing `lock` meanwhile. */
static inline void turn_take(struct turn *turn, struct spinlock *lock)
	REQUIRES(*lock)
{
	if (likely(turn->owner == NULL))
		turn->owner = this_hart()->proc;
	else
		turn_wait(turn, lock);
}

/* The same, but stop waiting if the process is killed. Returns 0 if the caller
 * has the turn, or -EINTR. */
static inline int turn_take_killable(struct turn *turn, struct spinlock *lock)
	REQUIRES(*lock)
{
	if (unlikely(turn->owner != NULL))
		return turn_wait_killable(turn, lock);
	turn->owner = this_hart()->proc;
	return 0;
}

/* Whether another process waits for the caller's turn to end. */
static inline bool turn_is_wanted(const struct turn *turn)
{
	return !list_empty(&turn->waiters.sleepers);
}

/* End the caller's turn. */
static inline void turn_pass(struct turn *turn)
{
	turn->owner = NULL;
	if (unlikely(turn_is_wanted(turn)))
		turn->owner = wake_one(&turn->waiters);
}
