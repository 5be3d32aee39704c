/* kernel/proc/keys.c: the effects of Ctrl-C and Ctrl-P on processes. */
#include "proc/keys.h"

#include "abi/errno.h"
#include "dev/console.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "proc/kill.h"
#include "proc/sched.h"

#define LIST_MAX 64 /* processes that Ctrl-P lists */
#define FLAGS (FOREGROUND_SELF | FOREGROUND_CHILDREN)

static bool is_shell(const struct proc *p)
{
	return p->foreground == FOREGROUND_CHILDREN;
}

static bool is_zombie(const struct proc *p)
{
	return __atomic_load_n(&p->state, __ATOMIC_ACQUIRE) == PROC_ZOMBIE;
}

void keys_fork_locked(struct proc *child, const struct proc *parent)
{
	if (parent->foreground & FOREGROUND_CHILDREN)
		child->foreground = FLAGS;
	/* Either the parent was killed during fork, or it is a shell and Ctrl-C
	 * was typed just before the child existed, but meant for it. */
	if (parent->killed == STATUS_INTERRUPTED ||
	    (is_shell(parent) && console_take_interrupt()))
		child->killed = STATUS_INTERRUPTED;
}

void keys_wait_locked(const struct proc *parent, int status)
{
	if (status == STATUS_INTERRUPTED && is_shell(parent))
		console_take_interrupt();
}

int keys_change(uint32 clear, uint32 set)
{
	struct proc *p = current();

	if ((clear | set) & ~(uint32)FLAGS)
		return -EINVAL;
	spin_acquire(&tree_lock);
	uint32 before = p->foreground;

	p->foreground = (before & ~clear) | set;
	spin_release(&tree_lock);
	return (int)before;
}

/* Mark all processes above a shell: they wait for it to end. All ancestors of a
 * marked process are marked, so the inner loop marks each process once. */
static void mark_above_shells_locked(void) REQUIRES(tree_lock)
{
	for (struct proc *p = proc_next(NULL); p != NULL; p = proc_next(p))
		p->above_shell = false;
	for (struct proc *p = proc_next(NULL); p != NULL; p = proc_next(p)) {
		if (!is_shell(p) || is_zombie(p))
			continue;
		for (struct proc *above = p->parent;
		     above != NULL && !above->above_shell;
		     above = above->parent)
			above->above_shell = true;
	}
}

/* init is a thread of the kernel, so Ctrl-C never kills it. */
static bool is_reached_locked(const struct proc *p) REQUIRES(tree_lock)
{
	return p->foreground & FOREGROUND_SELF && !p->above_shell &&
	       !p->is_thread && !is_zombie(p);
}

void keys_interrupt(void)
{
	spin_acquire(&tree_lock);
	mark_above_shells_locked();
	for (struct proc *p = proc_next(NULL); p != NULL; p = proc_next(p))
		if (is_reached_locked(p))
			proc_kill_locked(p, STATUS_INTERRUPTED);
	spin_release(&tree_lock);
}

/* One line of the list. */
struct row {
	int pid, parent;
	enum proc_state state;
	char name[PROC_NAME_LEN];
};

/* Fill *row from the process with the lowest pid above `pid`; false if there is
 * none. */
static bool next_row(int pid, struct row *row)
{
	const struct proc *next = NULL;

	spin_acquire(&tree_lock);
	for (struct proc *p = proc_next(NULL); p != NULL; p = proc_next(p))
		if (p->pid > pid && (next == NULL || p->pid < next->pid))
			next = p;
	if (next != NULL) {
		row->pid = next->pid;
		row->parent = next->parent != NULL ? next->parent->pid : 0;
		row->state = __atomic_load_n(&next->state, __ATOMIC_RELAXED);
		memcpy(row->name, next->name, sizeof(row->name));
	}
	spin_release(&tree_lock);
	return next != NULL;
}

/* The number of processes with a pid above `pid`. */
static int count_above(int pid)
{
	int count = 0;

	spin_acquire(&tree_lock);
	for (struct proc *p = proc_next(NULL); p != NULL; p = proc_next(p))
		count += p->pid > pid;
	spin_release(&tree_lock);
	return count;
}

/* Take the lock for one line at a time only: a process that is to be diagnosed
 * may need it too. A long list ends with the number of processes left out. */
void keys_list(void)
{
	static const char *const states[] = {
		"new", "ready", "runs", "sleeps", "zombie",
	};
	struct row row = { .pid = 0 };
	int left = LIST_MAX;

	kprintf("  PID  PPID STATE  NAME\n");
	for (; left > 0 && next_row(row.pid, &row); left--)
		kprintf("%5d %5d %-6s %s\n", row.pid, row.parent,
			states[row.state], row.name);
	if (left == 0 && count_above(row.pid) > 0)
		kprintf("and %d more\n", count_above(row.pid));
}
