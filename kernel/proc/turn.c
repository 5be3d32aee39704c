/* kernel/proc/turn.c: one at a time, first come, first served. */
#include "proc/turn.h"

#include "lib/panic.h"
#include "proc/proc.h"

void turn_init(struct turn *turn)
{
	turn->owner = NULL;
	waitq_init(&turn->waiters);
}

void turn_wait(struct turn *turn, struct spinlock *lock)
{
	sleep_on(&turn->waiters, lock);
	ASSERT(turn->owner == current(), "whoever is woken has the turn");
}

/* A process that is killed and given the turn at the same time has the turn:
 * nobody else could pass it on. */
int turn_wait_killable(struct turn *turn, struct spinlock *lock)
{
	int error = sleep_killable(&turn->waiters, lock);

	if (turn->owner == current())
		return 0;
	ASSERT(error != 0, "whoever is woken has the turn");
	return error;
}
