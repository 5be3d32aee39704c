/* user/bin/cowdemo/many.c: many children of a large parent.
 *
 * Each of them seems to use as much memory as the parent. How much do they
 * really use, and how much of it is shared? */

#include "many.h"

#include "calf.h"
#include "process.h"
#include "vmstat.h"

#define CHILDREN 20
#define MIB (1024 * 1024L)
#define PARENT_MIB 10
#define WRITER_MIB 2

static char *memory;
static int hold[2];  /* when it is closed, the children end */
static int ready[2]; /* each child reports that it waits */
static int order[2]; /* tells one child to write */

static void touch(long mib)
{
	for (long i = 0; i < mib * MIB; i += PGSIZE)
		++*(volatile char *)(memory + i);
}

static void child_run(void) __attribute__((noreturn));
static void child_run(void)
{
	char byte = '\0';

	close(hold[1]);
	close(order[1]);
	write(ready[1], &byte, 1);
	if (read(order[0], &byte, 1) == 1) {
		touch(WRITER_MIB);
		write(ready[1], &byte, 1);
	}
	read(hold[0], &byte, 1);
	exit(0);
}

static void wait_until_ready(void)
{
	char byte;

	if (read(ready[0], &byte, 1) != 1)
		errx(1, "a child is gone");
}

static long free_kib(void)
{
	return vmstat_get("free") * (long)PGSIZE / 1024;
}

/* Show two children in full, and the sum of all. */
static void show(const char *when, const int *pids, long free_before)
{
	struct process p;
	long rss = 0, uss = 0, tables = 0;
	uint64 pss = 0;

	printf("\n%-22s %9s %9s %9s\n", when, "RSS", "PSS", "USS");
	for (int i = 0; i <= CHILDREN; i++) {
		if (process_read(pids[i], &p) < 0)
			err(1, "/proc/%d", pids[i]);
		if (i <= 2)
			printf("%-8s %5d        %9ld %9ld %9ld\n",
			       i == 0 ? "parent" : "child", p.pid, p.rss,
			       pss_kib(p.pss), p.rss - p.shared);
		rss += p.rss;
		pss += p.pss;
		uss += p.rss - p.shared;
		tables += p.tables;
	}
	printf("and %d more, all %d:  %9ld %9ld %9ld\n", CHILDREN - 2,
	       CHILDREN + 1, rss, pss_kib(pss), uss);
	printf("page tables                     %9ld\n"
	       "free memory shrank by           %9ld\n",
	       tables, free_before - free_kib());
}

static void make_parent(void)
{
	if (pipe(hold) < 0 || pipe(ready) < 0 || pipe(order) < 0)
		err(1, "pipe");
	memory = sbrk(PARENT_MIB * MIB);
	if (memory == SBRK_FAILED)
		err(1, "%d MiB", PARENT_MIB);
	touch(PARENT_MIB);
}

void many_run(void)
{
	long free_before = free_kib();
	int pids[CHILDREN + 1] = { getpid() };

	make_parent();
	for (int i = 1; i <= CHILDREN; i++) {
		pids[i] = fork();
		if (pids[i] < 0)
			err(1, "fork of child %d", i);
		if (pids[i] == 0)
			child_run();
		wait_until_ready();
	}
	printf("A parent wrote %d MiB and forked %d children, which wait. "
	       "In KiB:\n",
	       PARENT_MIB, CHILDREN);
	show("all have read only", pids, free_before);
	write(order[1], "w", 1);
	wait_until_ready();
	printf("\nOne of the children wrote to %d MiB.\n", WRITER_MIB);
	show("one has written", pids, free_before);
	puts("\nRSS counts a shared frame for each who maps it, and all as if "
	     "it were alone.\nPSS divides it among them: the sum of PSS is "
	     "what "
	     "they use together.\nUSS is what would be free again if this one "
	     "ended.");
	close(hold[1]);
	close(order[1]);
	for (int i = 0; i < CHILDREN; i++)
		wait(NULL);
}
