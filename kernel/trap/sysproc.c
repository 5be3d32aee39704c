/* kernel/trap/sysproc.c: system calls for processes and memory. */
#include "abi/errno.h"
#include "dev/poweroff.h"
#include "dev/timer.h"
#include "fs/fs.h"
#include "mm/source.h"
#include "mm/usercopy.h"
#include "proc/exec.h"
#include "proc/keys.h"
#include "proc/kill.h"
#include "proc/life.h"
#include "proc/space.h"
#include "trap/syscall.h"
#include "trap/trap.h"

long sys_fork(struct proc *p, const uint64 *arg)
{
	(void)p, (void)arg;
	return proc_fork(user_start);
}

long sys_vfork(struct proc *p, const uint64 *arg)
{
	(void)p, (void)arg;
	return proc_vfork(user_start);
}

/* A program cannot pretend to have been killed by Ctrl-C. */
long sys_exit(struct proc *p, const uint64 *arg)
{
	int status = int_arg(arg[0]);

	(void)p;
	proc_exit(status == STATUS_INTERRUPTED ? status & 0xff : status);
}

long sys_wait(struct proc *p, const uint64 *arg)
{
	(void)p;
	return proc_wait(arg[0]);
}

long sys_kill(struct proc *p, const uint64 *arg)
{
	(void)p;
	return proc_kill(int_arg(arg[0]));
}

long sys_getpid(struct proc *p, const uint64 *arg)
{
	(void)arg;
	return p->pid;
}

long sys_sbrk(struct proc *p, const uint64 *arg)
{
	int64 delta = (int64)arg[0];

	if (delta >= 0)
		return space_sbrk(p->uvm, delta);

	long result = space_sbrk(p->uvm, delta);

	sources_reap();
	return result;
}

long sys_sleep(struct proc *p, const uint64 *arg)
{
	(void)p;
	int ticks = int_arg(arg[0]);

	return ticks > 0 ? sleep_ticks((uint64)ticks) : 0;
}

long sys_uptime(struct proc *p, const uint64 *arg)
{
	(void)p, (void)arg;
	return (long)(timer_now() / (timer_hz / TICKS_PER_SECOND));
}

long sys_foreground(struct proc *p, const uint64 *arg)
{
	(void)p;
	return keys_change((uint32)int_arg(arg[0]), (uint32)int_arg(arg[1]));
}

long sys_poweroff(struct proc *p, const uint64 *arg)
{
	(void)p;
	fs_sync();
	poweroff((uint32)int_arg(arg[0]));
}

/* Add string number `index` of an array of the program. Returns 1, or 0 if it
 * was the NULL at the end, or an error. */
static int add_user_string(struct uvm *uvm, uint64 array, uint64 index,
			   struct exec_args *args)
{
	uint64 string;
	int error = copyin(uvm, &string, array + index * sizeof(string),
			   sizeof(string));

	if (error != 0 || string == 0)
		return error;

	uint64 room = exec_args_room(args);
	long len = copyinstr(uvm, args->page + args->used, string, room);

	if (len < 0)
		return len == -ENAMETOOLONG ? -E2BIG : (int)len;
	args->used += (uint64)len + 1;
	return 1;
}

/* Add all strings of an array of the program, and count them. */
static int add_user_strings(struct uvm *uvm, uint64 array, uint64 *count,
			    struct exec_args *args)
{
	int result;

	while ((result = add_user_string(uvm, array, *count, args)) > 0)
		++*count;
	return result;
}

/* Add all arguments, and the environment unless envp is 0. */
static int add_user_args(struct uvm *uvm, uint64 argv, uint64 envp,
			 struct exec_args *args)
{
	int error = add_user_strings(uvm, argv, &args->argc, args);

	if (error != 0 || envp == 0)
		return error;
	return add_user_strings(uvm, envp, &args->envc, args);
}

static long exec(struct proc *p, uint64 path_va, uint64 argv, uint64 envp)
{
	char path[PATH_LEN];
	struct exec_args args;
	long len = copyinstr(p->uvm, path, path_va, sizeof(path));

	if (len < 0)
		return len;

	int error = exec_args_init(&args);

	if (error != 0)
		return error;
	error = add_user_args(p->uvm, argv, envp, &args);
	if (error == 0)
		error = proc_exec(path, &args);
	exec_args_free(&args);
	if (error != 0)
		return error;
	sources_reap(); /* in proc_exec() there was not enough stack left */
	user_start();
}

long sys_exec(struct proc *p, const uint64 *arg)
{
	return exec(p, arg[0], arg[1], 0);
}

long sys_execve(struct proc *p, const uint64 *arg)
{
	return exec(p, arg[0], arg[1], arg[2]);
}
