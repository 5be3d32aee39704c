/* kernel/proc/sleep.c: wait queues and other ways to wait.
 *
 * A sleeper joins the queue before it releases the lock of its condition, and
 * holds sched_lock until it has switched away. So a hart that holds both locks
 * sees every sleeper, and can wake each of them. */
#include "proc/sleep.h"

#include "abi/errno.h"
#include "abi/limits.h"
#include "dev/timer.h"
#include "lib/csr.h"
#include "lib/panic.h"
#include "mm/layout.h"
#include "proc/proc.h"
#include "proc/sched.h"

void waitq_init(struct waitq *queue)
{
	list_init(&queue->sleepers);
}

/* Other harts access a queue, and they do not fence for stacks (proc.h). */
static void check_place(const void *shared)
{
	ASSERT((uint64)shared < KSTACK_BASE,
	       "no wait queue is on a kernel stack");
}

static void sleep_locked(struct proc *p, bool killable) REQUIRES(sched_lock)
{
	p->state = PROC_SLEEPING;
	p->killable_sleep = killable;
	sched_switch_locked();
}

void sleep_on(struct waitq *queue, struct spinlock *lock) UNCHECKED_LOCKING
{
	struct proc *p = current();

	check_place(queue);
	spin_acquire(&sched_lock);
	list_push_back(&queue->sleepers, &p->link);
	spin_release(lock);
	sleep_locked(p, false);
	spin_release(&sched_lock);
	spin_acquire(lock);
}

int sleep_killable(struct waitq *queue, struct spinlock *lock) UNCHECKED_LOCKING
{
	struct proc *p = current();

	check_place(queue);
	spin_acquire(&sched_lock);
	if (!p->killed)
		list_push_back(&queue->sleepers, &p->link);
	spin_release(lock);
	if (!p->killed)
		sleep_locked(p, true);
	int error = p->killed ? -EINTR : 0;
	spin_release(&sched_lock);
	spin_acquire(lock);
	return error;
}

int sleep_ticks(uint64 ticks)
{
	struct proc *p = current();

	spin_acquire(&sched_lock);
	if (!p->killed) {
		p->wake_time =
			timer_now() + ticks * (timer_hz / TICKS_PER_SECOND);
		sched_add_timed_locked(p);
		sleep_locked(p, true);
	}
	int error = p->killed ? -EINTR : 0;
	spin_release(&sched_lock);
	return error;
}

int check_killed(void)
{
	return current()->killed ? -EINTR : 0;
}

int give_way(void)
{
	if (unlikely(interrupt_waits()))
		sched_yield();
	return check_killed();
}

static struct proc *wake_first_locked(struct waitq *queue) REQUIRES(sched_lock)
{
	struct list *first = list_pop_front(&queue->sleepers);

	if (first == NULL)
		return NULL;

	struct proc *p = LIST_ENTRY(first, struct proc, link);

	sched_enqueue_locked(p);
	return p;
}

void wake_all(struct waitq *queue)
{
	if (list_empty(&queue->sleepers))
		return;
	spin_acquire(&sched_lock);
	while (wake_first_locked(queue) != NULL)
		;
	spin_release(&sched_lock);
}

struct proc *wake_one(struct waitq *queue)
{
	if (list_empty(&queue->sleepers))
		return NULL;
	spin_acquire(&sched_lock);
	struct proc *woken = wake_first_locked(queue);
	spin_release(&sched_lock);
	return woken;
}
