/* kernel/proc/sleeplock.c: a lock that may be held while waiting for a disk. */
#include "proc/sleeplock.h"

#include "lib/panic.h"
#include "proc/proc.h"

void sleeplock_init(struct sleeplock *lock, const char *name)
{
	*lock = (struct sleeplock){ .owner = NULL };
	spin_init(&lock->guard, name);
	waitq_init(&lock->waiters);
}

void sleeplock_acquire(struct sleeplock *lock) UNCHECKED_LOCKING
{
	struct proc *self = current();

	lock_wanted(&self->sleeplocks, &lock->note, lock->guard.name, true,
		    lock_site_of_caller());
	spin_acquire(&lock->guard);
	ASSERT(lock->owner != self, "a sleep lock is taken once by a process");
	while (lock->owner != NULL)
		sleep_on(&lock->waiters, &lock->guard);
	lock->owner = self;
	lock_taken(&self->sleeplocks, &lock->note, lock_site_of_caller());
	spin_release(&lock->guard);
}

void sleeplock_release(struct sleeplock *lock) UNCHECKED_LOCKING
{
	spin_acquire(&lock->guard);
	ASSERT(lock->owner == current(),
	       "a sleep lock is released by the process that has it");
	lock_dropped(&current()->sleeplocks, &lock->note);
	lock->owner = NULL;
	wake_one(&lock->waiters);
	spin_release(&lock->guard);
}
