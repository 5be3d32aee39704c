/* user/bin/cowbench/people.c: parents of any size, and sleeping children. */

#include "cowbench.h"

static volatile char *heap;

int must_fork(void)
{
	int pid = fork();

	if (pid < 0)
		err(1, "fork");
	return pid;
}

void must_pipe(int fds[2])
{
	if (pipe(fds) < 0)
		err(1, "pipe");
}

void pages_ask(long npages)
{
	heap = sbrk(npages * (long)PGSIZE);
	if (heap == SBRK_FAILED)
		err(1, "%ld pages", npages);
}

void pages_make(long npages)
{
	pages_ask(npages);
	pages_write(npages, 1);
}

void pages_read(long npages)
{
	for (long i = 0; i < npages; i++)
		(void)heap[i * (long)PGSIZE];
}

void pages_write(long npages, long step)
{
	for (long i = 0; i < npages; i += step)
		heap[i * (long)PGSIZE] = (char)i;
}

void pages_free(long npages)
{
	sbrk(-npages * (long)PGSIZE);
}

void sleepers_init(struct sleepers *sleepers)
{
	must_pipe(sleepers->hold);
	sleepers->count = 0;
}

/* The body of a sleeper: report readiness, and read until no process has the
 * other end of the pipe any more. */
static void sleeper_run(struct sleepers *sleepers, int ready)
	__attribute__((noreturn));
static void sleeper_run(struct sleepers *sleepers, int ready)
{
	char byte = 0;

	close(sleepers->hold[1]);
	write(ready, &byte, 1);
	close(ready);
	read(sleepers->hold[0], &byte, 1);
	exit(0);
}

void sleepers_add(struct sleepers *sleepers)
{
	int ready[2];
	char byte;

	must_pipe(ready);
	if (must_fork() == 0) {
		close(ready[0]);
		sleeper_run(sleepers, ready[1]);
	}
	close(ready[1]);
	/* After the byte and the end of file it sleeps, or is about to. */
	while (read(ready[0], &byte, 1) == 1)
		;
	close(ready[0]);
	sleepers->count++;
}

void sleepers_dismiss(struct sleepers *sleepers)
{
	close(sleepers->hold[0]);
	close(sleepers->hold[1]);
	for (; sleepers->count > 0; sleepers->count--)
		wait(NULL);
}
