/* kernel/proc/proc.h: a process.
 *
 * A process is one frame: at its top this struct, and below that the kernel
 * stack, which begins with the trapframe. The struct is reached through the
 * direct map, the stack through its slot above a guard page (mm/kvm.h). Other
 * harts do not fence when a slot gets a new stack, so nothing that they touch
 * may be on one: no lock, no queue, no request to a device. */
#pragma once

#include "abi/limits.h"
#include "fs/fdtable.h"
#include "lib/hart.h"
#include "lib/list.h"
#include "lib/spinlock.h"
#include "proc/sleep.h"
#include "proc/trapframe.h"

#define PID_MAX 0xfffffff /* a file of /proc has its number, and more */

struct fpu_state;
struct inode;
struct synth;
struct uvm;

enum proc_state {
	PROC_NEW,      /* being made; on no list but its parent's */
	PROC_RUNNABLE, /* on the run queue */
	PROC_RUNNING,  /* on a hart */
	PROC_SLEEPING, /* on a wait queue, or waiting for a time */
	PROC_ZOMBIE,   /* over; its parent has not asked yet */
};

struct proc {
	uint64 sp;               /* [sched_lock] while it does not run */
	struct trapframe *frame; /* [init] in the direct map */
	uint64 stack_top;        /* [init] the same place, above the guard */
	uint64 stack_slot;       /* [init] */
	void (*start)(void);     /* [init] where its thread begins */

	int pid;                  /* [init] */
	bool is_thread;           /* [init] of the kernel: not to be killed */
	char name[PROC_NAME_LEN]; /* [self] changes under tree_lock */
	struct uvm *uvm;          /* the same; NULL: a thread of the kernel */
	struct fpu_state *fpu;    /* [self] NULL: no floating point so far */
	struct inode *cwd;        /* [self] */
	struct fdtable files;     /* [self] */

	enum proc_state state; /* [sched_lock] */
	int killed;            /* [sched_lock] read without it: status or 0 */
	bool killable_sleep;   /* [sched_lock] kill may end this sleep */
	struct list link;      /* [sched_lock] on the one queue it is on */
	uint64 wake_time;      /* [sched_lock] while it waits for a time */

	struct proc *parent;       /* [tree_lock] */
	struct list children;      /* [tree_lock] */
	struct list sibling;       /* [tree_lock] on the parent's children */
	struct list hash;          /* [tree_lock] with others of like pid */
	struct waitq child_exited; /* its lock is tree_lock */
	int exit_status;           /* [tree_lock] once a zombie */
	uint32 foreground;         /* [tree_lock] abi/process.h */
	bool above_shell;          /* [tree_lock] of use to keys.c only */

	struct lock_list sleeplocks; /* [self] that it has */
};

/* Guards who is whose child, and the table of pids. Taken before sched_lock. */
extern struct spinlock tree_lock;

static inline struct proc *current(void)
{
	return this_hart()->proc;
}

/* [init] At most `max` processes at a time, the first one included. */
void proc_init(uint64 max);

/* A new process without address space, files or parent, in state PROC_NEW; its
 * thread will begin at `start`. 0 and *out, -EAGAIN when there are too many,
 * -ENOMEM. */
int proc_alloc(void (*start)(void), struct proc **out) EXCLUDES(tree_lock);

/* The opposite: its memory, pid and slot are free again. It has no address
 * space or files any more, and is on no list. */
void proc_free(struct proc *p) EXCLUDES(tree_lock);

/* The process with that pid, zombie or not; NULL when there is none. */
struct proc *proc_find(int pid) REQUIRES(tree_lock);

/* All of them, by their slots: NULL gives the first one, the last one NULL. */
struct proc *proc_next(const struct proc *p) REQUIRES(tree_lock);

/* The process whose stack is in that slot; NULL when there is none. Below
 * proc_slots() are all slots that were ever in use. */
struct proc *proc_in_slot(uint64 slot) REQUIRES(tree_lock);
uint64 proc_slots(void) REQUIRES(tree_lock);

extern const struct synth procfs; /* the files of /proc */
