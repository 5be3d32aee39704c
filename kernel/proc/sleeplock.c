/* kernel/proc/sleeplock.c: locks that may be held across a sleep. */
#include "proc/sleeplock.h"

#include "lib/panic.h"
#include "proc/proc.h"

void sleeplock_init(struct sleeplock *lock, const char *name)
{
	*lock = (struct sleeplock){};
	spin_init(&lock->guard, name);
	turn_init(&lock->turn);
}

static void check_not_held(const struct sleeplock *lock,
			   const struct proc *self)
{
	ASSERT(lock->turn.owner != self,
	       "a process takes a sleep lock only once");
}

void sleeplock_acquire(struct sleeplock *lock) UNCHECKED_LOCKING
{
	struct proc *self = current();

	lock_wanted(&self->sleeplocks, &lock->note, lock->guard.name, true,
		    lock_site_of_caller());
	spin_acquire(&lock->guard);
	check_not_held(lock, self);
	turn_take(&lock->turn, &lock->guard);
	lock_taken(&self->sleeplocks, &lock->note, lock_site_of_caller());
	spin_release(&lock->guard);
}

int sleeplock_acquire_killable(struct sleeplock *lock) UNCHECKED_LOCKING
{
	struct proc *self = current();

	lock_wanted(&self->sleeplocks, &lock->note, lock->guard.name, true,
		    lock_site_of_caller());
	spin_acquire(&lock->guard);
	check_not_held(lock, self);
	int error = turn_take_killable(&lock->turn, &lock->guard);

	if (error == 0)
		lock_taken(&self->sleeplocks, &lock->note,
			   lock_site_of_caller());
	spin_release(&lock->guard);
	return error;
}

void sleeplock_release(struct sleeplock *lock) UNCHECKED_LOCKING
{
	spin_acquire(&lock->guard);
	ASSERT(lock->turn.owner == current(),
	       "a sleep lock is released by its holder");
	lock_dropped(&current()->sleeplocks, &lock->note);
	turn_pass(&lock->turn);
	spin_release(&lock->guard);
}

void sleeplocks_check_none(void)
{
	DEBUG_ASSERT(lock_is_none(&current()->sleeplocks) &&
			     lock_is_none(&this_hart()->spinlocks),
		     "nobody waits for a page of a file with a lock held");
}
