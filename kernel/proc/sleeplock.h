/* kernel/proc/sleeplock.h: a lock that may be held while waiting for a disk. */
#pragma once

#include "proc/turn.h"

struct CAPABILITY("sleeplock") sleeplock {
	struct spinlock guard;
	struct turn turn; /* [guard] */
	struct lock_note note;
};

void sleeplock_init(struct sleeplock *lock, const char *name);

/* Sleep until it is the caller's turn to own the lock. The caller must not hold
 * a spinlock. */
void sleeplock_acquire(struct sleeplock *lock) ACQUIRES(*lock);

/* The same, but a process that was killed stops waiting. Returns 0 with the
 * lock, -EINTR without it. */
int sleeplock_acquire_killable(struct sleeplock *lock) TRY_ACQUIRES(0, *lock);

/* Hand the lock to the process that has waited longest, if any. */
void sleeplock_release(struct sleeplock *lock) RELEASES(*lock);
