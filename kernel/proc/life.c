/* kernel/proc/life.c: how processes come to be and end. */
#include "proc/life.h"

#include "abi/errno.h"
#include "abi/process.h"
#include "dev/audit.h"
#include "dev/poweroff.h"
#include "fs/fs.h"
#include "fs/inode.h"
#include "lib/panic.h"
#include "lib/string.h"
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

/* What of its memory a child gets. Returns 0 or -ENOMEM; then it has none. */
static int copy_memory(struct proc *child, struct proc *parent)
{
	child->uvm = uvm_create();
	if (child->uvm == NULL)
		return -ENOMEM;
	if (uvmcopy(child->uvm, parent->uvm) != 0 || !fpu_fork(child, parent)) {
		space_drop(child->uvm);
		return -ENOMEM;
	}
	return 0;
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
	*child->frame = *parent->frame;
	child->frame->a0 = 0;
	memcpy(child->name, parent->name, sizeof(child->name));
	child->cwd = inode_get(parent->cwd);
	fdtable_copy(&child->files, &parent->files);
	vmcount_add(VM_fork, 1);

	int pid = child->pid; /* once it runs, it may be gone any time */

	spin_acquire(&tree_lock);
	adopt_locked(parent, child);
	if (unlikely(parent->foreground != 0))
		keys_fork_locked(child, parent);
	spin_release(&tree_lock);
	sched_enqueue(child);
	return pid;
}

/* Without init nobody would adopt orphans: the machine goes with it. */
static void init_ended(int status) __attribute__((noreturn));
static void init_ended(int status)
{
	kprintf("calf: init ended with status %d\n", status);
	fs_sync();
	poweroff((uint32)status);
}

/* Everything but the struct and the stack that we are running on. */
static void release_resources(struct proc *p)
{
	fdtable_close(&p->files);
	if (p->cwd != NULL)
		inode_put(p->cwd);
	p->cwd = NULL;
	fpu_reset(p);

	struct uvm *uvm = p->uvm;

	if (uvm != NULL) {
		uvm_use(NULL);
		spin_acquire(&tree_lock);
		p->uvm = NULL;
		spin_release(&tree_lock);
		space_drop(uvm);
	}
}

static void leave_children_locked(struct proc *p) REQUIRES(tree_lock)
{
	struct list *link;

	if (list_empty(&p->children))
		return;
	while ((link = list_pop_front(&p->children)) != NULL)
		adopt_locked(init, LIST_ENTRY(link, struct proc, sibling));
	wake_all(&init->child_exited); /* some may have ended already */
}

/* Not checked: sched_lock goes to the thread that is switched to. */
void proc_exit(int status) UNCHECKED_LOCKING
{
	struct proc *p = current();

	if (p == init)
		init_ended(status);
	release_resources(p);

	spin_acquire(&tree_lock);
	leave_children_locked(p);
	/* Who typed Ctrl-C meanwhile is told that it has ended something. */
	p->exit_status = p->killed == STATUS_INTERRUPTED ? p->killed : status;
	wake_all(&p->parent->child_exited);
	spin_acquire(&sched_lock);
	p->state = PROC_ZOMBIE;
	spin_release(&tree_lock);
	sched_switch_locked();
	panic("process %d runs after its end", p->pid);
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

/* Take a zombie out of the tree once its parent knows how it ended. */
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

/* Wait for a zombie, which this returns in *zombie once it is out of the tree;
 * NULL with an error. */
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

	/* It held this lock until it was off its stack. */
	spin_acquire(&sched_lock);
	spin_release(&sched_lock);
	proc_free(zombie);
#ifdef AUDIT
	if (audit() != 0)
		panic("the audit after the end of process %d", result);
#endif
	return result;
}

void proc_end_locked(struct proc *p, int status)
{
	spin_acquire(&sched_lock);
	if (p->killed == 0)
		p->killed = status;
	if (p->state == PROC_SLEEPING && p->killable_sleep) {
		list_remove(&p->link);
		sched_enqueue_locked(p);
	}
	spin_release(&sched_lock);
}

static int kill_locked(struct proc *p) REQUIRES(tree_lock)
{
	if (p == NULL)
		return -ESRCH;
	if (p == init || p->is_thread)
		return -EPERM;
	proc_end_locked(p, STATUS_KILLED);
	return 0;
}

int proc_kill(int pid)
{
	spin_acquire(&tree_lock);
	int result = kill_locked(proc_find(pid));
	spin_release(&tree_lock);
	return result;
}
