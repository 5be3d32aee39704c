/* grade/guest/cost.c: what the kernel's main services cost.
 *
 * Prints `name value` lines. A value is the least of several tries; under
 * ICOUNT=1 it is a number of instructions, the kernel's included. */

#include "calf.h"
#include "counters.h"

#define TRIES 5
#define CALLS 1000
#define PAGES 1024

static volatile char *heap;

static uint64 least(uint64 (*measure)(void))
{
	uint64 best = measure();

	for (int i = 1; i < TRIES; i++) {
		uint64 value = measure();

		if (value < best)
			best = value;
	}
	return best;
}

static void touch_heap(void)
{
	for (int i = 0; i < PAGES; i++)
		heap[i * PGSIZE] = (char)i;
}

static int must_fork(void)
{
	int pid = fork();

	if (pid < 0)
		err(1, "fork");
	return pid;
}

static uint64 getpid_call(void)
{
	uint64 start = rdcycle();

	for (int i = 0; i < CALLS; i++)
		getpid();
	return (rdcycle() - start) / CALLS;
}

/* The call alone, as the parent sees it. */
static uint64 fork_call(void)
{
	uint64 start = rdcycle();

	if (must_fork() == 0)
		exit(0);
	uint64 cost = rdcycle() - start;
	wait(NULL);
	return cost;
}

static uint64 fork_exit_wait(void)
{
	uint64 start = rdcycle();

	if (must_fork() == 0)
		exit(0);
	wait(NULL);
	return rdcycle() - start;
}

/* Writes to pages that a child, asleep, shares. */
static uint64 copying_fault(void)
{
	int fds[2];
	char byte;

	if (pipe(fds) < 0)
		err(1, "pipe");
	touch_heap();
	if (must_fork() == 0) {
		close(fds[1]);
		read(fds[0], &byte, 1);
		exit(0);
	}
	sleep(1);
	uint64 start = rdcycle();
	touch_heap();
	uint64 cost = (rdcycle() - start) / PAGES;
	close(fds[0]);
	close(fds[1]);
	wait(NULL);
	return cost;
}

/* Writes to pages whose other owner has gone. */
static uint64 last_owner_fault(void)
{
	touch_heap();
	if (must_fork() == 0)
		exit(0);
	wait(NULL);
	uint64 start = rdcycle();
	touch_heap();
	return (rdcycle() - start) / PAGES;
}

int main(void)
{
	printf("getpid %lu\n", least(getpid_call));
	uint64 tiny = least(fork_call);
	printf("fork %lu\n", tiny);
	uint64 whole = least(fork_exit_wait);
	printf("fork_exit_wait %lu\n", whole);

	heap = sbrk(PAGES * PGSIZE);
	if (heap == SBRK_FAILED)
		err(1, "sbrk");
	touch_heap();
	printf("fork_page %lu\n", (least(fork_call) - tiny) / PAGES);
	printf("exit_page %lu\n", (least(fork_exit_wait) - whole) / PAGES);
	printf("copying_fault %lu\n", least(copying_fault));
	printf("last_owner_fault %lu\n", least(last_owner_fault));
	return 0;
}
