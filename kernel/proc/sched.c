/* kernel/proc/sched.c: the scheduler.
 *
 * Round robin over one queue. A process runs until it sleeps or its time slice
 * ends; the kernel itself is never preempted. If a thread gives up its hart
 * while an interrupt is pending, the hart first returns to the idle loop, which
 * takes the interrupt. So threads that hand a hart to each other and never
 * return to their programs cannot keep interrupts from it. */
#include "proc/sched.h"

#include "dev/ipi.h"
#include "dev/timer.h"
#include "lib/bits.h"
#include "lib/csr.h"
#include "lib/panic.h"
#include "mm/kvm.h"
#include "mm/uvm.h"
#include "proc/fpu.h"

#define SLICES_PER_SECOND 100

/* What switch.S saves on the stack of a thread. */
struct switch_frame {
	uint64 ra;
	uint64 s[12];
	uint64 unused; /* keeps the stack pointer a multiple of 16 */
};

/* proc/switch.S */
void switch_stacks(uint64 *save_sp, uint64 load_sp);

struct spinlock sched_lock = SPINLOCK("scheduler");

static struct list run_queue = LIST(run_queue); /* [sched_lock] */
static struct list timed = LIST(timed);         /* [sched_lock] by wake_time */
static uint32 idle_harts;                       /* [sched_lock] a bit each */

/* Every thread starts here. The thread that switched to it has taken the
 * lock. */
static void first_run(void) UNCHECKED_LOCKING
{
	spin_release(&sched_lock);
	current()->start();
	panic("thread %s returned from its start function", current()->name);
}

void sched_prepare(struct proc *p)
{
	struct switch_frame *frame = (struct switch_frame *)p->frame - 1;

	*frame = (struct switch_frame){ .ra = (uint64)first_run };
	p->sp = p->stack_top - sizeof(struct switch_frame);
}

/* Wake another idle hart, if there is one, to look at the queue. */
static void wake_a_hart_locked(void) REQUIRES(sched_lock)
{
	uint32 others = idle_harts & ~(1U << this_hart()->index);

	if (others == 0)
		return;

	uint32 chosen = lowest_bit(others);

	idle_harts &= ~(1U << chosen);
	ipi_send(chosen);
}

void sched_enqueue_locked(struct proc *p)
{
	p->state = PROC_RUNNABLE;
	list_push_back(&run_queue, &p->link);
	wake_a_hart_locked();
}

void sched_enqueue(struct proc *p)
{
	spin_acquire(&sched_lock);
	sched_enqueue_locked(p);
	spin_release(&sched_lock);
}

static struct proc *next_locked(void) REQUIRES(sched_lock)
{
	struct list *first = list_pop_front(&run_queue);

	return first != NULL ? LIST_ENTRY(first, struct proc, link) : NULL;
}

static uint64 next_deadline_locked(void) REQUIRES(sched_lock)
{
	if (list_empty(&timed))
		return TIMER_NEVER;
	return LIST_ENTRY(timed.next, struct proc, link)->wake_time;
}

/* Set the timer at the start of a slice. Other harts and sleepers do not rely
 * on its end: if this hart keeps returning to the idle loop, the slice may
 * never end, so the timer also covers the next deadline. */
static void begin_slice_locked(void) REQUIRES(sched_lock)
{
	timer_set(MIN(next_deadline_locked(),
		      timer_now() + timer_hz / SLICES_PER_SECOND));
}

/* Prepare this hart to run `to`. Returns the stack pointer to switch to. */
static uint64 take_on(struct hart *hart, struct proc *to)
{
	hart->proc = to;
	if (to == NULL) {
		uvm_use(NULL);
		return hart->idle_sp;
	}
	to->state = PROC_RUNNING;
	hart->frame = (struct trapframe *)to->stack_top;
	uvm_use(to->uvm);
	kstack_fence();
	return to->sp;
}

void sched_switch_locked(void)
{
	struct hart *hart = this_hart();
	struct proc *from = hart->proc;
	bool idle_first = from != NULL && interrupt_waits();
	struct proc *to = unlikely(idle_first) ? NULL : next_locked();
	uint64 *save_sp = from != NULL ? &from->sp : &hart->idle_sp;

	DEBUG_ASSERT(lock_is_only(&hart->spinlocks, &sched_lock.note),
		     "no spinlock is held across a sleep");
	if (to == from) {
		if (to != NULL)
			to->state = PROC_RUNNING;
		return;
	}
	if (unlikely(idle_first))
		timer_note_wait();
	fpu_switch(from, to);
	if (from == NULL) {
		idle_harts &= ~(1U << hart->index);
		begin_slice_locked();
	}
	switch_stacks(save_sp, take_on(hart, to));
}

void sched_yield(void)
{
	spin_acquire(&sched_lock);
	if (!list_empty(&run_queue) || interrupt_waits()) {
		struct proc *p = current();

		p->state = PROC_RUNNABLE;
		list_push_back(&run_queue, &p->link);
		sched_switch_locked();
	}
	spin_release(&sched_lock);
}

void sched_add_timed_locked(struct proc *p)
{
	struct list *before = timed.prev;

	/* Start at the end: most deadlines are later than the existing ones. */
	while (before != &timed &&
	       LIST_ENTRY(before, struct proc, link)->wake_time > p->wake_time)
		before = before->prev;
	list_insert_after(before, &p->link);
}

void sched_tick(void)
{
	if (this_hart()->proc != NULL)
		timer_note_wait();
	spin_acquire(&sched_lock);
	uint64 now = timer_now();

	while (next_deadline_locked() <= now)
		sched_enqueue_locked(
			LIST_ENTRY(list_pop_front(&timed), struct proc, link));
	timer_set(MIN(next_deadline_locked(),
		      this_hart()->proc != NULL
			      ? now + timer_hz / SLICES_PER_SECOND
			      : TIMER_NEVER));
	spin_release(&sched_lock);
}

bool sched_run(void)
{
	spin_acquire(&sched_lock);
	sched_switch_locked();
	bool is_idle = list_empty(&run_queue);

	if (is_idle) {
		idle_harts |= 1U << this_hart()->index;
		timer_set(next_deadline_locked());
	}
	spin_release(&sched_lock);
	return is_idle;
}
