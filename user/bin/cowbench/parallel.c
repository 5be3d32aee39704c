/* user/bin/cowbench/parallel.c: processes that fork at the same time. */

#include "cowbench.h"

#define FORKS 2000 /* by all processes together */
#define PROCESSES 2

static void fork_often(long times)
{
	for (long i = 0; i < times; i++) {
		if (must_fork() == 0)
			exit(0);
		wait(NULL);
	}
}

/* Measure time, because several harts run at once. */
static uint64 parallel_figure(long n)
{
	if (n < 1)
		errx(2, "parallel: one process at least");

	uint64 start = rdtime();

	for (long i = 0; i < n; i++)
		if (must_fork() == 0) {
			fork_often(FORKS / n);
			exit(0);
		}
	for (long i = 0; i < n; i++)
		wait(NULL);
	uint64 time = rdtime() - start;
	return (uint64)(FORKS / n * n) * TIME_HZ / (time > 0 ? time : 1);
}

const struct row parallel_rows[] = {
	{ .name = "parallel",
	  .unit = "forks/s",
	  .what = "fork + exit + wait in N processes at once (no ICOUNT)",
	  .number = "PROCESSES",
	  .usual = PROCESSES,
	  .ops = 1,
	  .figure = parallel_figure },
	{ .name = NULL },
};
