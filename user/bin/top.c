/* user/bin/top.c: show the processes that use most memory, again and again.
 *
 * No system call waits for a key with a time limit. So one child waits for keys
 * and another for the time, and both write to the same pipe. */

#include "calf.h"
#include "getopt.h"
#include "process.h"
#include "sort.h"
#include "vmstat.h"

#define SYNOPSIS "top [-d SECONDS] [-n COUNT]"
#define ROWS 18
#define CLEAR_SCREEN "\033[H\033[J"
#define NUMBER_MAX 86400

static int compare_pss(const void *a, const void *b)
{
	const struct process *x = a, *y = b;

	return x->pss > y->pss ? -1 : x->pss < y->pss;
}

static void show_rows(struct process *all, long count)
{
	struct process **order = xmalloc((size_t)(count + 1) * sizeof(*order));

	for (long i = 0; i < count; i++)
		order[i] = &all[i];
	sort_pointers((void **)order, (size_t)count, compare_pss);
	for (long i = 0; i < count && i < ROWS; i++) {
		const struct process *p = order[i];

		printf("%5d %-5c %8ld %8ld %8ld %7ld %7ld %s\n", p->pid,
		       p->state, p->rss - p->shared, pss_kib(p->pss), p->rss,
		       p->faults, p->copies, p->name);
	}
	free(order);
}

static void show(bool clear)
{
	struct vmstat stat;
	struct process *all;
	long count = processes_read(&all);

	if (count < 0)
		err(1, "/proc");
	if (vmstat_read(&stat) < 0)
		err(1, VMSTAT_PATH);
	printf("%s%ld processes, %ld KiB of memory, %ld free, %ld shared\n\n",
	       clear ? CLEAR_SCREEN : "", count,
	       stat.total * (long)PGSIZE / 1024,
	       stat.free * (long)PGSIZE / 1024,
	       stat.shared * (long)PGSIZE / 1024);
	printf("%5s %-5s %8s %8s %8s %7s %7s %s\n", "PID", "STATE", "USS",
	       "PSS", "RSS", "FAULTS", "COPIES", "NAME");
	show_rows(all, count);
	free(all);
}

/* Pass keys on, up to a q or the end of the input. The end counts as a q if
 * nothing else ends top. */
static void wait_for_keys(int to, bool end_is_q)
{
	char key = '\0';

	while (key != 'q' && read(0, &key, 1) == 1)
		if (write(to, &key, 1) != 1)
			return;
	if (key != 'q' && end_is_q)
		write(to, "q", 1);
}

static void wait_for_time(int to, long seconds)
{
	while (write(to, "t", 1) == 1)
		sleep((int)seconds * TICKS_PER_SECOND);
}

/* Start a child that waits for keys, or for `seconds` if that is not 0. Returns
 * its pid. */
static int start(const int pipe_fd[2], long seconds, bool end_is_q)
{
	int pid = fork();

	if (pid < 0)
		err(1, "fork");
	if (pid > 0)
		return pid;
	close(pipe_fd[0]);
	if (seconds == 0)
		wait_for_keys(pipe_fd[1], end_is_q);
	else
		wait_for_time(pipe_fd[1], seconds);
	exit(0);
}

/* Sleep until the time is over; false if a q comes first. */
static bool next_time(int from)
{
	char event;

	while (read(from, &event, 1) == 1 && event != 'q')
		if (event == 't')
			return true;
	return false;
}

static void watch(long seconds, long count)
{
	int pipe_fd[2];

	if (pipe(pipe_fd) < 0)
		err(1, "pipe");

	int clock = start(pipe_fd, seconds, false);
	int keys = start(pipe_fd, 0, count == 0);

	close(pipe_fd[1]);
	for (long i = 0; count == 0 || i < count; i++) {
		if (print_error != 0 || !next_time(pipe_fd[0]))
			break;
		show(is_console(1));
	}
	kill(clock);
	kill(keys);
	wait(NULL);
	wait(NULL);
}

int main(int argc, char **argv)
{
	long seconds = 2, count = 0;
	int letter;

	while ((letter = getopt(argc, argv, "d:n:")) != -1) {
		long *option = letter == 'd' ? &seconds : &count;

		if (letter == '?' || !parse_number(optarg, option) ||
		    *option < 1 || *option > NUMBER_MAX)
			usage(SYNOPSIS);
	}
	if (optind != argc)
		usage(SYNOPSIS);
	if (count == 1)
		show(false);
	else
		watch(seconds, count);
	return 0;
}
