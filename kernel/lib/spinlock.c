/* kernel/lib/spinlock.c: a lock to be held for a short time. */
#include "lib/spinlock.h"

#include "lib/panic.h"

void spin_init(struct spinlock *lock, const char *name)
{
	lock->owner = NULL;
	lock->name = name;
}

/* A hart that panics keeps its locks: do not wait for those. */
void spin_wait(const struct spinlock *lock)
{
	if (spin_held(lock) && !panicked())
		panic("lock %s: taken twice by one hart", lock->name);
	while (__atomic_load_n(&lock->owner, __ATOMIC_RELAXED) != NULL)
		if (panicked())
			hart_park();
}
