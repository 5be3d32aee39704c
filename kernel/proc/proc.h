/* kernel/proc/proc.h: a process.
 *
 * A process takes one frame: this struct at the top, and below it the kernel
 * stack, which starts with the trapframe. The struct is accessed through the
 * direct map, the stack through its slot above a guard page (mm/kvm.h). Other
 * harts do not fence when a slot gets a new stack, so nothing that they access
 * may be on a stack: no lock, no queue, and no request to a device. */
#pragma once

#include "abi/limits.h"
#include "fs/fdtable.h"
#include "lib/hart.h"
#include "lib/list.h"
#include "lib/spinlock.h"
#include "proc/sleep.h"
#include "proc/trapframe.h"

#define PID_MAX 0xfffffff /* the numbers of files in /proc contain the pid */

struct fpu_state;
struct inode;
struct synth;
struct uvm;

enum proc_state {
	PROC_NEW,      /* under construction */
	PROC_RUNNABLE, /* on the run queue */
	PROC_RUNNING,  /* on a hart */
	PROC_SLEEPING, /* on a wait queue, or until its wake_time */
	PROC_ZOMBIE,   /* ended; its parent has not called wait() yet */
};

struct proc {
	uint64 sp;               /* [sched_lock] saved while it does not run */
	struct trapframe *frame; /* [init] in the direct map */
	uint64 stack_top;        /* [init] of the trapframe, in the slot */
	uint64 stack_slot;       /* [init] */
	void (*start)(void);     /* [init] first function of its thread */

	int pid;                  /* [init] */
	bool is_thread;           /* [init] of the kernel; cannot be killed */
	char name[PROC_NAME_LEN]; /* [self], changed under tree_lock */
	struct uvm *uvm;          /* the same; NULL for a kernel thread */
	struct fpu_state *fpu;    /* [self] NULL: no floating point yet */
	struct inode *cwd;        /* [self] */
	struct inode *program;    /* [self] NULL for a kernel thread */
	struct fdtable files;     /* [self] */

	enum proc_state state; /* [sched_lock] */
	int killed;            /* [sched_lock] exit status or 0; read freely */
	bool killable_sleep;   /* [sched_lock] kill() may end this sleep */
	struct list link;      /* [sched_lock] in its run or wait queue */
	uint64 wake_time;      /* [sched_lock] for sched_add_timed_locked() */

	struct proc *parent;       /* [tree_lock] */
	struct proc *borrower;     /* [tree_lock] a child of vfork(), or NULL */
	struct list children;      /* [tree_lock] */
	struct list sibling;       /* [tree_lock] on the parent's children */
	struct list hash;          /* [tree_lock] in a bucket of pids */
	struct waitq child_exited; /* its lock is tree_lock */
	int exit_status;           /* [tree_lock] of a zombie */
	uint32 foreground;         /* [tree_lock] flags of abi/process.h */
	bool above_shell;          /* [tree_lock] for keys.c */

	struct lock_list sleeplocks; /* [self] those that it holds */
};

/* Guards the tree of processes and the table of pids. Taken before
 * sched_lock. */
extern struct spinlock tree_lock;

static inline struct proc *current(void)
{
	return this_hart()->proc;
}

/* [init] Allow `max` processes at a time, including the first one. */
void proc_init(uint64 max);

/* Create a process without an address space, files or a parent, in the state
 * PROC_NEW. Its thread will start at `start`. Returns 0 and *out; -EAGAIN if
 * there are too many processes; or -ENOMEM. */
int proc_alloc(void (*start)(void), struct proc **out) EXCLUDES(tree_lock);

/* Free the process with its pid and slot. It must have no address space, no
 * files, and be on no list. */
void proc_free(struct proc *p) EXCLUDES(tree_lock);

/* The process with that pid, even if it is a zombie; NULL if there is none. */
struct proc *proc_find(int pid) REQUIRES(tree_lock);

/* The next process in the order of slots. NULL gives the first process; after
 * the last one this returns NULL. */
struct proc *proc_next(const struct proc *p) REQUIRES(tree_lock);

/* The process whose stack is in that slot, or NULL. All slots ever used are
 * below proc_slots(). */
struct proc *proc_in_slot(uint64 slot) REQUIRES(tree_lock);
uint64 proc_slots(void) REQUIRES(tree_lock);

extern const struct synth procfs; /* the files in /proc */
