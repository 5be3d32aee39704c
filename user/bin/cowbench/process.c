/* user/bin/cowbench/process.c: system calls, pipes, fork, exec, exit. */

#include "cowbench.h"
#include "spawn.h"

#define CALLS 1000
#define ROUND_TRIPS 200
#define MIB10 2560 /* pages */
#define CROWD 100

static uint64 getpid_window(long n)
{
	(void)n;
	meter_start();
	for (int i = 0; i < CALLS; i++)
		getpid();
	return meter_stop();
}

/* ---- pipes ---- */

/* One process writes a byte and reads it back. */
static uint64 pipe_window(long n)
{
	(void)n;
	int fds[2];
	char byte = 0;

	must_pipe(fds);
	meter_start();
	for (int i = 0; i < ROUND_TRIPS; i++) {
		write(fds[1], &byte, 1);
		read(fds[0], &byte, 1);
	}
	uint64 cost = meter_stop();
	close(fds[0]);
	close(fds[1]);
	return cost;
}

static void echo_bytes(int from, int to) __attribute__((noreturn));
static void echo_bytes(int from, int to)
{
	char byte;

	while (read(from, &byte, 1) == 1)
		write(to, &byte, 1);
	exit(0);
}

static void round_trips(int to, int from, int count)
{
	char byte = 0;

	for (int i = 0; i < count; i++) {
		write(to, &byte, 1);
		read(from, &byte, 1);
	}
}

static uint64 pipe_round_trip_window(long n)
{
	(void)n;
	int there[2], back[2];

	must_pipe(there);
	must_pipe(back);
	if (must_fork() == 0) {
		close(there[1]);
		close(back[0]);
		echo_bytes(there[0], back[1]);
	}
	close(there[0]);
	close(back[1]);
	round_trips(there[1], back[0], 1);
	meter_start();
	round_trips(there[1], back[0], ROUND_TRIPS);
	uint64 cost = meter_stop();
	close(there[1]);
	wait(NULL);
	close(back[0]);
	return cost;
}

/* A round trip consists of two writes, two reads and two switches. */
static uint64 switch_figure(long n)
{
	return least(pipe_round_trip_window, n) - 2 * least(pipe_window, n);
}

/* ---- fork, exec, exit ---- */

/* Only the call itself, in the parent. */
static uint64 fork_window(long n)
{
	pages_make(n);
	meter_start();
	if (must_fork() == 0)
		exit(0);
	uint64 cost = meter_stop();
	wait(NULL);
	pages_free(n);
	return cost;
}

/* The whole life of a child that writes to every step-th of n pages, or to none
 * if step is 0. */
static uint64 child_life(long n, long step)
{
	pages_make(n);
	meter_start();
	if (must_fork() == 0) {
		if (step > 0)
			pages_write(n, step);
		exit(0);
	}
	wait(NULL);
	uint64 cost = meter_stop();
	pages_free(n);
	return cost;
}

static uint64 fork_exit_wait_window(long n)
{
	return child_life(n, 0);
}

static uint64 fork_write_wait_window(long n)
{
	return child_life(n, 10);
}

/* The whole life of a child that becomes /bin/true. */
static uint64 program_life(long n, void (*start)(char **argv))
{
	char *argv[] = { "true", NULL };

	pages_make(n);
	meter_start();
	start(argv);
	wait(NULL);
	uint64 cost = meter_stop();
	pages_free(n);
	return cost;
}

static void start_by_fork(char **argv)
{
	if (must_fork() == 0) {
		exec("/bin/true", argv);
		err(1, "/bin/true");
	}
}

static uint64 fork_exec_wait_window(long n)
{
	return program_life(n, start_by_fork);
}

static void start_by_vfork(char **argv)
{
	int pid = vfork();

	if (pid == 0) {
		exec("/bin/true", argv);
		_exit(1);
	}
	if (pid < 0)
		err(1, "vfork");
}

static uint64 vfork_exec_wait_window(long n)
{
	return program_life(n, start_by_vfork);
}

static void start_by_spawn(char **argv)
{
	errno = posix_spawn(NULL, "/bin/true", NULL, NULL, argv, NULL);
	if (errno != 0)
		err(1, "/bin/true");
}

static uint64 spawn_wait_window(long n)
{
	return program_life(n, start_by_spawn);
}

static uint64 crowd_figure(long n)
{
	struct sleepers sleepers;

	sleepers_init(&sleepers);
	while (sleepers.count < n)
		sleepers_add(&sleepers);
	uint64 cost = least(fork_exec_wait_window, 0);
	sleepers_dismiss(&sleepers);
	return cost;
}

/* The additional cost of n pages. */
static uint64 added(uint64 (*window)(long n), long n)
{
	return least(window, n) - least(window, 0);
}

static uint64 fork_page_figure(long n)
{
	return added(fork_window, n);
}

static uint64 exit_page_figure(long n)
{
	return added(fork_exit_wait_window, n) - added(fork_window, n);
}

#define ROW(row_name, op_count, text)                                          \
	.name = #row_name, .unit = INSTRUCTIONS, .ops = (op_count),            \
	.what = (text), .window = row_name##_window
#define FIGURE(row_name, op_count, text)                                       \
	.name = #row_name, .unit = INSTRUCTIONS, .ops = (op_count),            \
	.what = (text), .figure = row_name##_figure

const struct row process_rows[] = {
	{ ROW(getpid, CALLS, "the call that does the least") },
	{ ROW(pipe, ROUND_TRIPS, "write a byte to oneself and read it") },
	{ ROW(pipe_round_trip, ROUND_TRIPS,
	      "a byte to another process and back") },
	{ FIGURE(switch, 2 * ROUND_TRIPS,
		 "of that, to sleep and have the other one run") },
	{ ROW(fork, 1, "fork() alone, parent with N more pages"),
	  .number = "PAGES" },
	{ FIGURE(fork_page, PER_N, "fork(), for each of N more pages"),
	  .number = "PAGES", .usual = MIB10 },
	{ FIGURE(exit_page, PER_N, "exit and wait, for each of N more pages"),
	  .number = "PAGES", .usual = MIB10 },
	{ ROW(fork_exit_wait, 1, "a child that ends at once"),
	  .number = "PAGES" },
	{ ROW(fork_write_wait, 1, "a child that writes a tenth of N pages"),
	  .number = "PAGES", .usual = MIB10 },
	{ ROW(fork_exec_wait, 1, "a child that becomes /bin/true"),
	  .number = "PAGES" },
	{ ROW(vfork_exec_wait, 1, "the same with vfork()"), .number = "PAGES" },
	{ ROW(spawn_wait, 1, "the same with posix_spawn()"),
	  .number = "PAGES" },
	{ FIGURE(crowd, 1, "fork_exec_wait, beside N processes that sleep"),
	  .number = "PROCESSES", .usual = CROWD },
	{ .name = NULL },
};
