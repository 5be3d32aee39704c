/* kernel/proc/turn.c: one process at a time, first come, first served. */
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

/* A process that is killed and gets the turn at the same time has the turn and
 * must pass it on, because nobody else can. */
int turn_wait_killable(struct turn *turn, struct spinlock *lock)
{
	int error = sleep_killable(&turn->waiters, lock);

	if (turn->owner == current())
		return 0;
	ASSERT(error != 0, "whoever is woken has the turn");
	return error;
}
