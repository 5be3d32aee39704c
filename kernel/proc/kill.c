/* kernel/proc/kill.c: make a process end. */
#include "proc/kill.h"

#include "abi/errno.h"
#include "abi/process.h"
#include "proc/sched.h"

void proc_kill_locked(struct proc *p, int status)
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

static int kill_program_locked(struct proc *p) REQUIRES(tree_lock)
{
	if (p == NULL)
		return -ESRCH;
	if (p->is_thread)
		return -EPERM;
	proc_kill_locked(p, STATUS_KILLED);
	return 0;
}

int proc_kill(int pid)
{
	spin_acquire(&tree_lock);
	int result = kill_program_locked(proc_find(pid));
	spin_release(&tree_lock);
	return result;
}
