/* kernel/lib/spinlock.h: locks that are held for a short time and never across
 * a sleep.
 *
 * The kernel takes no interrupts (docs/trap.md), so a lock need not disable
 * them. docs/locking.md defines the lock order. */
#pragma once

#include "lib/hart.h"
#include "lib/thread_safety.h"
#include "lib/types.h"

struct CAPABILITY("spinlock") spinlock {
	struct hart *owner; /* NULL if free */
	const char *name;
	struct lock_note note;
};

#define SPINLOCK(lock_name) ((struct spinlock){ .name = (lock_name) })

void spin_init(struct spinlock *lock, const char *name);

/* Part of spin_acquire(): spin until the lock looks free. */
void spin_wait(const struct spinlock *lock);

/* Acquire the lock. Panics if this hart holds it already. */
static inline __attribute__((always_inline)) void
spin_acquire(struct spinlock *lock) ACQUIRES(*lock) UNCHECKED_LOCKING
{
	struct hart *nobody = NULL;

	lock_wanted(&this_hart()->spinlocks, &lock->note, lock->name, false,
		    lock_site_here());
	while (unlikely(!__atomic_compare_exchange_n(
		&lock->owner, &nobody, this_hart(), true, __ATOMIC_ACQUIRE,
		__ATOMIC_RELAXED))) {
		spin_wait(lock);
		nobody = NULL;
	}
	lock_taken(&this_hart()->spinlocks, &lock->note, lock_site_here());
}

/* Acquire the lock if it is free, and return whether it was. This never waits,
 * so it is exempt from the lock order. */
static inline __attribute__((always_inline)) bool
spin_try(struct spinlock *lock) TRY_ACQUIRES(true, *lock) UNCHECKED_LOCKING
{
	struct hart *nobody = NULL;

	if (!__atomic_compare_exchange_n(&lock->owner, &nobody, this_hart(),
					 false, __ATOMIC_ACQUIRE,
					 __ATOMIC_RELAXED))
		return false;
	lock_taken(&this_hart()->spinlocks, &lock->note, lock_site_here());
	return true;
}

static inline void spin_release(struct spinlock *lock)
	RELEASES(*lock) UNCHECKED_LOCKING
{
	lock_dropped(&this_hart()->spinlocks, &lock->note);
	__atomic_store_n(&lock->owner, NULL, __ATOMIC_RELEASE);
}

/* Whether this hart holds the lock; for assertions. */
static inline bool spin_held(const struct spinlock *lock)
{
	return __atomic_load_n(&lock->owner, __ATOMIC_RELAXED) == this_hart();
}

/* DEBUG: print how often harts have had to wait for locks, by name. Other
 * builds do not count that and return -EINVAL. */
int spin_print_waits(void);
