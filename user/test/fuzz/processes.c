/* user/test/fuzz/processes.c: calls on processes, and the worker, which makes
 * the calls. */

#include "fuzz.h"

int keeper;
uint64 may_audit;

static long calls_left;

void do_fork(void)
{
	int pid = fork();

	if (pid == 0) {
		rand_start(rand64() + (uint64)getpid());
		work(calls_left / 2);
	}
	if (pid > 0 && one_in(2))
		call(SYS_wait, one_in(3) ? rand_place() : 0, 0, 0);
}

void do_wait(void)
{
	call(SYS_wait, one_in(2) ? rand_place() : 0, 0, 0);
}

/* Kill one of the fuzzer's processes or an unused pid, but never the keeper,
 * the shell or init. */
void do_kill(void)
{
	long pid =
		one_in(4) ? rand_number() : getpid() - 6 + (long)rand_below(12);

	if ((int)pid > keeper || (int)pid < 0)
		call(SYS_kill, pid, 0, 0);
}

/* Write a program with a large or an invalid segment. */
static void write_elf(void)
{
	uint64 elf[15] = { 0x00010102464c457f,
			   0,
			   0x100f30002,
			   0x1000,
			   64,
			   0,
			   0x0038004000000000,
			   1,
			   0x700000001,
			   0,
			   0x1000,
			   0x1000,
			   one_in(4) ? (uint64)rand_number() : rand_below(200),
			   0,
			   PGSIZE };
	int fd = open("elf", O_WRONLY | O_CREATE | O_TRUNC);

	elf[13] = one_in(3) ? (uint64)rand_number()
			    : (uint64)(1 + rand_below(300)) << 20;
	write(fd, elf, sizeof(elf));
	close(fd);
}

void do_exec(void)
{
	static char *args[] = { "true", "a", "b", pool, NULL };
	long list = one_in(8) ? rand_place() : (long)(uint64)args;
	const char *path = rand_path();

	if (one_in(2)) {
		write_elf();
		path = "elf";
	} else if (strcmp(path, "/bin/sh") == 0) {
		return;
	}
	pool[POOL_SIZE - 1] = '\0';
	int pid = one_in(4) ? 0 : fork();

	if (pid == 0) {
		call(SYS_execve, of_path(path), list,
		     one_in(3) ? rand_place() : 0);
		exit(0);
	}
	if (pid > 0)
		wait(NULL);
}

void do_sleep(void)
{
	call(SYS_sleep, one_in(9) ? rand_number() : (long)rand_below(2), 0, 0);
}

void do_exit(void)
{
	if (one_in(30))
		call(SYS_exit, rand_number(), 0, 0);
}

void do_foreground(void)
{
	call(SYS_foreground, rand_number(), rand_number(), 0);
	foreground(3, 0);
}

void do_unknown(void)
{
	long number = rand_number();

	if (number <= 0 || number >= SYSCALL_END)
		call(number, rand_number(), rand_number(), rand_number());
}

void work(long calls)
{
	for (calls_left = calls; calls_left > 0; calls_left--)
		actions[rand_below(nactions)]();
	exit(0);
}
