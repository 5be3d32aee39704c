/* grade/kernel/programs/sleepers.c: measures how late a sleeper wakes on a busy
 * hart.
 *
 * Some processes hand the hart to each other, so that it is never idle, and
 * others make the disk interrupt all the time. For each sleep of one tick, the
 * program prints the ticks that it took. */

#include "test.h"

enum { PAIRS = 3, WRITERS = 3, SLEEPS = 2 };

static int others[2 * PAIRS + WRITERS];
static int nothers;

static void start(void (*use)(int in, int out), int in, int out)
{
	int pid = xfork();

	if (pid == 0)
		for (;;)
			use(in, out);
	others[nothers++] = pid;
}

static void hand_over(int in, int out)
{
	char c = 'x';

	xwrite(out, &c, 1);
	xread(in, &c, 1);
}

static void write_to_disk(int fd, int unused)
{
	(void)unused;
	lseek(fd, 0, SEEK_SET);
	xwrite(fd, "x", 1);
	sync();
}

static void start_all(void)
{
	for (int i = 0; i < PAIRS; i++) {
		int there[2];
		int back[2];

		xpipe(there);
		xpipe(back);
		start(hand_over, there[0], back[1]);
		start(hand_over, back[0], there[1]);
	}
	for (int i = 0; i < WRITERS; i++)
		start(write_to_disk, xopen("file", O_CREATE | O_RDWR), -1);
}

int main(void)
{
	start_all();
	for (int i = 0; i < SLEEPS; i++) {
		int before = uptime();

		sleep(1);
		printf("slept %d\n", uptime() - before);
	}
	for (int i = 0; i < nothers; i++)
		kill(others[i]);
	for (int i = 0; i < nothers; i++)
		xwait(-1);
	return 0;
}
