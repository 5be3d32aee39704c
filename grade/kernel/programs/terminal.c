/* grade/kernel/programs/terminal.c: several programs at one terminal. */

#include "calf.h"
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

static void read_lines(char name)
{
	char line[80];

	for (int i = 0; i < LINES_READ; i++) {
		long n = read(0, line, sizeof(line) - 1);

		line[n > 0 ? n : 0] = '\0';
		printf("%c got %s", name, line);
	}
	exit(0);
}

/* Two processes read line by line. A third one waits to read, and is killed. */
static void read_all_at_once(void)
{
	for (char name = 'A'; name <= 'B'; name++)
		if (fork() == 0)
			read_lines(name);

	int guest = fork();

	if (guest == 0)
		read_lines('C');
	sleep(2);
	kill(guest);
	check_child(-1);
	write(1, "ready\n", 6);
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
