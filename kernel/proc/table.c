/* kernel/proc/table.c: create, find and free processes.
 *
 * A kernel stack gets the lowest free slot, so that the slots in use stay close
 * together. */
#include "abi/errno.h"
#include "debug/stackuse.h"
#include "lib/bits.h"
#include "lib/string.h"
#include "mm/frame.h"
#include "mm/kvm.h"
#include "mm/vmcount.h"
#include "proc/proc.h"
#include "proc/sched.h"

#define PID_BUCKETS 256

struct spinlock tree_lock = SPINLOCK("process tree");

static struct list buckets[PID_BUCKETS]; /* [tree_lock] by pid */
static int last_pid;                     /* [tree_lock] */
static uint64 nprocs;                    /* [tree_lock] */
static uint64 max_procs;                 /* [init] */

static uint64 slots[KSTACK_MAX / 64]; /* [tree_lock] a bit each; 1: in use */
static uint64 slot_hint;              /* [tree_lock] all below are in use */
static uint64 slot_end;               /* [tree_lock] never used from here */

void proc_init(uint64 max)
{
	max_procs = max;
	for (int i = 0; i < PID_BUCKETS; i++)
		list_init(&buckets[i]);
}

static struct list *bucket_of(int pid)
{
	return &buckets[(uint32)pid % PID_BUCKETS];
}

struct proc *proc_find(int pid)
{
	LIST_EACH(link, bucket_of(pid)) {
		struct proc *p = LIST_ENTRY(link, struct proc, hash);

		if (p->pid == pid)
			return p;
	}
	return NULL;
}

static bool slot_is_used_locked(uint64 slot) REQUIRES(tree_lock)
{
	return slots[slot / 64] >> slot % 64 & 1;
}

/* Take the lowest free slot. There is one, because there are as many slots as
 * processes. */
static uint64 slot_alloc_locked(void) REQUIRES(tree_lock)
{
	uint64 slot = slot_hint;

	if (slot_is_used_locked(slot)) {
		uint64 word = slot / 64;

		while (slots[word] == ~0UL)
			word++;
		slot = word * 64 + lowest_bit(~slots[word]);
	}
	slots[slot / 64] |= 1UL << slot % 64;
	slot_hint = slot + 1;
	slot_end = MAX(slot_end, slot + 1);
	return slot;
}

static void slot_free_locked(uint64 slot) REQUIRES(tree_lock)
{
	slots[slot / 64] &= ~(1UL << slot % 64);
	slot_hint = MIN(slot_hint, slot);
}

/* The next unused pid. */
static int pid_alloc_locked(void) REQUIRES(tree_lock)
{
	do
		last_pid = last_pid == PID_MAX ? 1 : last_pid + 1;
	while (proc_find(last_pid) != NULL);
	return last_pid;
}

/* Give the process a pid and a stack slot; false if there are too many. */
static bool enter_table(struct proc *p)
{
	spin_acquire(&tree_lock);
	bool room = nprocs < max_procs;

	if (room) {
		nprocs++;
		p->stack_slot = slot_alloc_locked();
		p->pid = pid_alloc_locked();
		list_push_back(bucket_of(p->pid), &p->hash);
	}
	spin_release(&tree_lock);
	return room;
}

static void leave_table(struct proc *p)
{
	spin_acquire(&tree_lock);
	nprocs--;
	slot_free_locked(p->stack_slot);
	list_remove(&p->hash);
	spin_release(&tree_lock);
}

/* The frame that contains the process... */
static void *frame_of(const struct proc *p)
{
	return (void *)ROUND_DOWN((uint64)p, PGSIZE);
}

/* ... and the process in a frame. */
static struct proc *proc_in(void *frame)
{
	uint64 offset = ROUND_DOWN(PGSIZE - sizeof(struct proc), 16);

	return (struct proc *)((char *)frame + offset);
}

struct proc *proc_in_slot(uint64 slot)
{
	void *frame = kstack_frame(slot);

	return frame != NULL ? proc_in(frame) : NULL;
}

uint64 proc_slots(void)
{
	return slot_end;
}

struct proc *proc_next(const struct proc *p)
{
	struct proc *next = NULL;
	uint64 slot = p != NULL ? p->stack_slot + 1 : 0;

	while (next == NULL && slot < slot_end)
		next = proc_in_slot(slot++);
	return next;
}

int proc_alloc(void (*start)(void), struct proc **out)
{
	void *frame = kalloc();

	if (frame == NULL)
		return -ENOMEM;

	struct proc *p = proc_in(frame);

	*p = (struct proc){ .start = start, .state = PROC_NEW };
	list_init(&p->link);
	list_init(&p->children);
	list_init(&p->sibling);
	waitq_init(&p->child_exited);
	if (!enter_table(p)) {
		kfree(frame);
		return -EAGAIN;
	}
	stack_paint(frame);
	p->frame = (struct trapframe *)p - 1;
	p->stack_top = (uint64)kstack_map(p->stack_slot, frame) +
		       (uint64)p->frame % PGSIZE;
	sched_prepare(p);
	vmcount_add(VM_procs, 1);
	*out = p;
	return 0;
}

void proc_free(struct proc *p)
{
	stack_check(frame_of(p), p->name);
	kstack_unmap(p->stack_slot);
	leave_table(p);
	kfree(frame_of(p));
	/* Decrement last: a reader that sees the lower number may rely on the
	 * frame being free. */
	vmcount_add(VM_procs, -1);
}
