/* kernel/proc/life.c: how processes start and end. */
#include "proc/life.h"

#include "abi/errno.h"
#include "abi/process.h"
#include "debug/audit.h"
#include "dev/poweroff.h"
#include "fs/fs.h"
#include "fs/inode.h"
#include "lib/panic.h"
#include "lib/string.h"
#include "mm/source.h"
#include "mm/usercopy.h"
#include "mm/uvm.h"
#include "mm/vmcount.h"
#include "proc/fpu.h"
#include "proc/keys.h"
#include "proc/proc.h"
#include "proc/sched.h"
#include "proc/space.h"

static struct proc *init; /* [init] it adopts orphans */

static void adopt_locked(struct proc *parent, struct proc *child)
	REQUIRES(tree_lock)
{
	child->parent = parent;
	list_push_back(&parent->children, &child->sibling);
}

int proc_spawn(const char *name, void (*start)(void))
{
	struct proc *p;
	int error = proc_alloc(start, &p);

	if (error != 0)
		return error;
	strlcpy(p->name, name, sizeof(p->name));
	p->is_thread = true;
	if (init == NULL) {
		init = p;
	} else {
		spin_acquire(&tree_lock);
		adopt_locked(init, p);
		spin_release(&tree_lock);
	}
	sched_enqueue(p);
	return 0;
}

/* Give the child a copy of the parent's memory and registers, or nothing and
 * return an error. */
static int copy_memory(struct proc *child, struct proc *parent)
{
	child->uvm = uvm_create();
	if (child->uvm == NULL)
		return -ENOMEM;

	int error = space_copy(child->uvm, parent->uvm);

	if (error != 0)
		goto drop;
	error = fpu_fork(child, parent);
	if (error != 0)
		goto drop;
	return 0;

drop:
	space_drop(child->uvm);
	return error;
}

/* Give the new child all that is not memory, and let it run. Returns its
 * pid. */
static int start_child(struct proc *child, struct proc *parent)
{
	*child->frame = *parent->frame;
	child->frame->a0 = 0;
	memcpy(child->name, parent->name, sizeof(child->name));
	child->cwd = inode_get(parent->cwd);
	child->program = inode_get_program(parent->program);
	fdtable_copy(&child->files, &parent->files);
	vmcount_add(VM_fork, 1);

	int pid = child->pid; /* once the child runs, it may end at any time */

	spin_acquire(&tree_lock);
	adopt_locked(parent, child);
	if (unlikely(child->uvm == parent->uvm))
		parent->borrower = child;
	if (unlikely(parent->foreground != 0))
		keys_fork_locked(child, parent);
	spin_release(&tree_lock);
	sched_enqueue(child);
	return pid;
}

int proc_fork(void (*start)(void))
{
	struct proc *parent = current(), *child;
	int error = proc_alloc(start, &child);

	if (error != 0)
		return error;
	error = copy_memory(child, parent);
	if (error != 0) {
		proc_free(child);
		return error;
	}
	return start_child(child, parent);
}

static bool is_borrower_locked(const struct proc *p) REQUIRES(tree_lock)
{
	return p->parent != NULL && p->parent->borrower == p;
}

static bool is_borrower(const struct proc *p)
{
	spin_acquire(&tree_lock);
	bool result = is_borrower_locked(p);
	spin_release(&tree_lock);
	return result;
}

int proc_vfork(void (*start)(void))
{
	struct proc *parent = current(), *child;

	if (is_borrower(parent))
		return proc_fork(start);

	int error = proc_alloc(start, &child);

	if (error != 0)
		return error;
	error = fpu_fork(child, parent);
	if (error != 0) {
		proc_free(child);
		return error;
	}
	child->uvm = parent->uvm;

	int pid = start_child(child, parent);

	spin_acquire(&tree_lock);
	while (error == 0 && parent->borrower != NULL)
		error = sleep_killable(&parent->child_exited, &tree_lock);
	spin_release(&tree_lock);
	return error != 0 ? error : pid;
}

struct uvm *proc_change_uvm_locked(struct proc *p, struct uvm *uvm)
{
	struct uvm *former = p->uvm;

	p->uvm = uvm;
	if (unlikely(p->borrower != NULL)) {
		p->borrower = NULL; /* which keeps it: `p` was killed */
		return NULL;
	}
	if (unlikely(is_borrower_locked(p))) {
		p->parent->borrower = NULL;
		wake_all(&p->parent->child_exited);
		return NULL;
	}
	return former;
}

/* Without init nobody adopts orphans, so the machine stops. */
static void init_ended(int status) __attribute__((noreturn));
static void init_ended(int status)
{
	kprintf("calf: init ended with status %d\n", status);
	fs_sync();
	poweroff((uint32)status);
}

/* Release everything except the struct and the stack, which is in use. */
static void release_resources(struct proc *p)
{
	fdtable_close(&p->files);
	if (p->cwd != NULL)
		inode_put(p->cwd);
	p->cwd = NULL;
	fpu_reset(p);

	if (p->uvm != NULL) {
		uvm_use(NULL);
		spin_acquire(&tree_lock);
		struct uvm *uvm = proc_change_uvm_locked(p, NULL);
		spin_release(&tree_lock);
		if (likely(uvm != NULL))
			space_drop(uvm);
		sources_reap();
	}
	if (p->program != NULL)
		inode_put_program(p->program);
	p->program = NULL;
}

static void leave_children_locked(struct proc *p) REQUIRES(tree_lock)
{
	struct list *link;

	if (list_empty(&p->children))
		return;
	while ((link = list_pop_front(&p->children)) != NULL)
		adopt_locked(init, LIST_ENTRY(link, struct proc, sibling));
	wake_all(&init->child_exited); /* a child may be a zombie already */
}

/* Not checked by clang: the next thread releases sched_lock. */
void proc_exit(int status) UNCHECKED_LOCKING
{
	struct proc *p = current();

	if (p == init)
		init_ended(status);
	release_resources(p);

	spin_acquire(&tree_lock);
	leave_children_locked(p);
	/* A Ctrl-C that came during the exit still shows in the status. */
	p->exit_status = p->killed == STATUS_INTERRUPTED ? p->killed : status;
	wake_all(&p->parent->child_exited);
	spin_acquire(&sched_lock);
	p->state = PROC_ZOMBIE;
	spin_release(&tree_lock);
	sched_switch_locked();
	panic("process %d runs after its exit", p->pid);
}

static struct proc *zombie_child_locked(const struct proc *p)
	REQUIRES(tree_lock)
{
	LIST_EACH(link, &p->children) {
		struct proc *child = LIST_ENTRY(link, struct proc, sibling);

		if (__atomic_load_n(&child->state, __ATOMIC_ACQUIRE) ==
		    PROC_ZOMBIE)
			return child;
	}
	return NULL;
}

/* Report a zombie's status to its parent and remove it from the tree. Returns
 * its pid or an error. */
static int collect_locked(const struct proc *p, struct proc *zombie,
			  uint64 status_va) REQUIRES(tree_lock)
{
	if (status_va != 0) {
		int error = copyout(p->uvm, status_va, &zombie->exit_status,
				    sizeof(zombie->exit_status));

		if (error != 0)
			return error;
	}
	keys_wait_locked(p, zombie->exit_status);
	list_remove(&zombie->sibling);
	return zombie->pid;
}

/* Wait for a zombie and remove it from the tree. *zombie becomes NULL if this
 * fails. */
static int wait_locked(struct proc *p, uint64 status_va, struct proc **zombie)
	REQUIRES(tree_lock)
{
	while ((*zombie = zombie_child_locked(p)) == NULL) {
		if (list_empty(&p->children))
			return -ECHILD;
		if (sleep_killable(&p->child_exited, &tree_lock) != 0)
			return -EINTR;
	}
	int result = collect_locked(p, *zombie, status_va);

	if (result < 0)
		*zombie = NULL;
	return result;
}

int proc_wait(uint64 status_va)
{
	struct proc *zombie;

	spin_acquire(&tree_lock);
	int result = wait_locked(current(), status_va, &zombie);
	spin_release(&tree_lock);
	if (zombie == NULL)
		return result;

	/* The zombie held this lock until it had left its stack. */
	spin_acquire(&sched_lock);
	spin_release(&sched_lock);
	proc_free(zombie);
#ifdef AUDIT
	if (audit() != 0)
		panic("the audit after the end of process %d", result);
#endif
	return result;
}
