/* kernel/proc/sleeplock.h: a lock that may be held while waiting for a disk. */
#pragma once

#include "proc/sleep.h"

struct proc;

struct CAPABILITY("sleeplock") sleeplock {
	struct spinlock guard; /* protects owner */
	struct waitq waiters;
	struct proc *owner; /* [guard] NULL when free */
	struct lock_note note;
};

void sleeplock_init(struct sleeplock *lock, const char *name);

/* Sleep until the lock is free, then own it. Not for use while a spinlock is
 * held. */
void sleeplock_acquire(struct sleeplock *lock) ACQUIRES(*lock);
void sleeplock_release(struct sleeplock *lock) RELEASES(*lock);
