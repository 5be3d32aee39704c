/* grade/kernel/programs/terminal.c: several programs at one terminal. */

#include "calf.h"
#include "process.h"
#include "test.h"

#define SYNOPSIS "terminal write | read | late"

#define LINES_WRITTEN 10
#define LINES_READ 3
#define TICKS_COMPUTED 3

static char dots[256 << 10];

static void check_child(int status)
{
	int got;

	wait(&got);
	if (got != status)
		errx(1, "a child ended with status %d, not %d", got, status);
}

/* Wait until the child sleeps or has ended. */
static void wait_until_stopped(int pid)
{
	struct process process;

	do {
		sleep(0);
		if (process_read(pid, &process) != 0)
			err(1, "process %d", pid);
	} while (process.state != 'S' && process.state != 'Z');
}

static void say_for_ever(const char *text, size_t n)
{
	for (;;)
		write(1, text, n);
}

/* One process writes without a pause. A second one writes a few lines. Then a
 * third one writes more and is killed. */
static void write_all_at_once(void)
{
	for (size_t i = 0; i < sizeof(dots); i++)
		dots[i] = i % 64 == 63 ? '\n' : '.';

	int hog = fork();

	if (hog == 0)
		say_for_ever(dots, sizeof(dots));
	sleep(1);
	if (fork() == 0) {
		for (int i = 0; i < LINES_WRITTEN; i++) {
			sleep(1); /* now the other one has the console */
			write(1, "here\n", 5);
		}
		exit(0);
	}
	check_child(0);

	int guest = fork();

	if (guest == 0)
		say_for_ever("there\n", 6);
	sleep(1);
	kill(guest);
	check_child(-1);
	kill(hog);
	check_child(-1);
	write(1, "\nall had their turn\n", 20);
}

/* Before each read and before it ends, the process gives a signal. */
static void read_lines(char name, const int about_to_read[2])
{
	char line[80];

	for (int i = 0; i < LINES_READ; i++) {
		signal_give(about_to_read);

		long n = read(0, line, sizeof(line) - 1);

		line[n > 0 ? n : 0] = '\0';
		printf("%c got %s", name, line);
	}
	signal_give(about_to_read);
	exit(0);
}

/* Start a process that reads lines, and wait until it waits for one. */
static int start_reader(char name, const int about_to_read[2])
{
	int pid = xfork();

	if (pid == 0)
		read_lines(name, about_to_read);
	signal_take(about_to_read);
	wait_until_stopped(pid);
	return pid;
}

/* Two processes read line by line. A third one waits to read, and is killed.
 * The next line may be typed when both wait again: so they can only get their
 * turns in the order in which they came. */
static void read_all_at_once(void)
{
	int about_to_read[2];

	xpipe(about_to_read);

	int first = start_reader('A', about_to_read);
	int second = start_reader('B', about_to_read);
	int guest = start_reader('C', about_to_read);

	kill(guest);
	check_child(-1);
	for (int i = 0; i < 2 * LINES_READ; i++) {
		write(1, "ready\n", 6);
		signal_take(about_to_read);
		wait_until_stopped(first);
		wait_until_stopped(second);
	}
	check_child(0);
	check_child(0);
}

/* Compute while somebody types, and then print for how many microseconds the
 * kernel has taken no interrupt. */
static void compute(void)
{
	long end = uptime() + TICKS_COMPUTED;

	while (uptime() < end)
		;
	printf("late %ld\n", xvmstat("late"));
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "write") == 0)
		write_all_at_once();
	else if (argc == 2 && strcmp(argv[1], "read") == 0)
		read_all_at_once();
	else if (argc == 2 && strcmp(argv[1], "late") == 0)
		compute();
	else
		usage(SYNOPSIS);
	return 0;
}
