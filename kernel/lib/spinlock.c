/* kernel/lib/spinlock.c: locks that are held for a short time. */
#include "lib/spinlock.h"

#include "abi/errno.h"
#include "lib/panic.h"
#include "lib/printf.h"

void spin_init(struct spinlock *lock, const char *name)
{
	*lock = SPINLOCK(name);
}

#ifdef DEBUG
#define NAMES_MAX 32

/* How often harts had to wait, by the name of the lock. */
static struct {
	const char *name; /* atomic */
	uint64 times;     /* atomic */
} waits[NAMES_MAX];

static void wait_count(const struct spinlock *lock)
{
	for (int i = 0; i < NAMES_MAX; i++) {
		const char *name = NULL;

		if (__atomic_compare_exchange_n(
			    &waits[i].name, &name, lock->name, false,
			    __ATOMIC_RELAXED, __ATOMIC_RELAXED) ||
		    name == lock->name) {
			__atomic_fetch_add(&waits[i].times, 1,
					   __ATOMIC_RELAXED);
			return;
		}
	}
}

int spin_print_waits(void)
{
	for (int i = 0; i < NAMES_MAX && waits[i].name != NULL; i++)
		kprintf("waited %lu times for %s\n", waits[i].times,
			waits[i].name);
	return 0;
}
#else
static void wait_count(const struct spinlock *lock)
{
	(void)lock;
}

int spin_print_waits(void)
{
	return -EINVAL;
}
#endif

/* After a panic, do not wait: a hart that panics never releases its locks. */
void spin_wait(const struct spinlock *lock)
{
	if (spin_held(lock) && !panicked())
		panic("lock %s: taken twice by one hart", lock->name);
	wait_count(lock);
	while (__atomic_load_n(&lock->owner, __ATOMIC_RELAXED) != NULL)
		if (panicked())
			hart_park();
}
