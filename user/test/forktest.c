/* user/test/forktest.c: fork until it fails, twice. The second time it must
 * succeed as often as the first: the processes have left nothing behind. With
 * -f it fails at the end, whatever it has found. */

#include "getopt.h"
#include "test.h"

#define SYNOPSIS "forktest [-f]"

/* Wait until no process can write to the pipe any more, then exit. */
static void child(const int hold[2]) __attribute__((noreturn));
static void child(const int hold[2])
{
	char c;

	close(hold[1]);
	read(hold[0], &c, 1);
	exit(0);
}

/* Fork until it fails, then let all children exit. Returns their number. */
static int fork_all(void)
{
	int hold[2];
	int count = 0;
	int pid;

	xpipe(hold);
	while ((pid = fork()) > 0)
		count++;
	if (pid == 0)
		child(hold);
	if (errno != EAGAIN && errno != ENOMEM)
		fail("fork: %s", strerror(errno));
	printf("forktest: %d children, then fork fails: %s\n", count,
	       strerror(errno));
	xclose(hold[0]);
	xclose(hold[1]);
	for (int i = 0; i < count; i++)
		xwait(0);
	CHECK_FAILS(wait(NULL), ECHILD);
	return count;
}

static void check_shell(void)
{
	char *argv[] = { "sh", "-c", "echo forktest: the shell answers", NULL };

	IN_CHILD() {
		exec("/bin/sh", argv);
		fail("/bin/sh: %s", strerror(errno));
	}
	xwait(0);
}

int main(int argc, char **argv)
{
	bool is_to_fail = false;
	int letter;

	while ((letter = getopt(argc, argv, "f")) != -1) {
		if (letter == '?')
			usage(SYNOPSIS);
		is_to_fail = true;
	}
	if (optind < argc)
		usage(SYNOPSIS);
	starter_settle();

	long frames = xvmstat("free");
	int count = fork_all();

	check_shell();
	CHECK_EQ(fork_all(), count);
	check_shell();
	CHECK_EQ(xvmstat("free"), frames);
	if (is_to_fail)
		fail_as_asked();
	printf("forktest: ok\n");
	return 0;
}
