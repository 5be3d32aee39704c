/* kernel/proc/sleeplock.h: locks that may be held across a sleep. */
#pragma once

#include "proc/turn.h"

struct CAPABILITY("sleeplock") sleeplock {
	struct spinlock guard;
	struct turn turn; /* [guard] */
	struct lock_note note;
};

void sleeplock_init(struct sleeplock *lock, const char *name);

/* Acquire the lock, first come, first served. The caller must not hold a
 * spinlock. */
void sleeplock_acquire(struct sleeplock *lock) ACQUIRES(*lock);

/* The same, but stop waiting if the process is killed. Returns 0 with the lock,
 * or -EINTR without it. */
int sleeplock_acquire_killable(struct sleeplock *lock) TRY_ACQUIRES(0, *lock);

/* Release the lock: hand it to the process that has waited longest, if any. */
void sleeplock_release(struct sleeplock *lock) RELEASES(*lock);

/* DEBUG: panic if the running process holds a lock of any kind. */
void sleeplocks_check_none(void);
