/* kernel/trap/sysproc.c: system calls about processes and memory. */
#include "abi/errno.h"
#include "dev/poweroff.h"
#include "dev/timer.h"
#include "fs/fs.h"
#include "mm/usercopy.h"
#include "proc/exec.h"
#include "proc/keys.h"
#include "proc/life.h"
#include "proc/space.h"
#include "trap/syscall.h"
#include "trap/trap.h"

long sys_fork(struct proc *p, const uint64 *arg)
{
	(void)p, (void)arg;
	return proc_fork(user_start);
}

/* No program can say that Ctrl-C has ended it. */
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
	return space_sbrk(p->uvm, (int64)arg[0]);
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

/* String number `index` of an array of the program's; 0 when it was the NULL at
 * the end, 1 when there may be more. */
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

/* All strings of an array, and how many they are. */
static int add_user_strings(struct uvm *uvm, uint64 array, uint64 *count,
			    struct exec_args *args)
{
	int result;

	while ((result = add_user_string(uvm, array, *count, args)) > 0)
		++*count;
	return result;
}

/* envp 0: no environment. */
static long exec(struct proc *p, uint64 path_va, uint64 argv, uint64 envp)
{
	char path[PATH_LEN];
	struct exec_args args;
	long len = copyinstr(p->uvm, path, path_va, sizeof(path));

	if (len < 0)
		return len;

	int result = exec_args_init(&args);

	if (result != 0)
		return result;
	result = add_user_strings(p->uvm, argv, &args.argc, &args);
	if (result == 0 && envp != 0)
		result = add_user_strings(p->uvm, envp, &args.envc, &args);
	if (result == 0)
		result = proc_exec(path, &args);
	exec_args_free(&args);
	if (result == 0)
		user_start();
	return result;
}

long sys_exec(struct proc *p, const uint64 *arg)
{
	return exec(p, arg[0], arg[1], 0);
}

long sys_execve(struct proc *p, const uint64 *arg)
{
	return exec(p, arg[0], arg[1], arg[2]);
}
