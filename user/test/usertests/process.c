/* user/test/usertests/process.c: fork, exit, wait, kill, sleep, and what a
 * process keeps across them. */

#include "tests.h"

#define MOST_CHILDREN                                                          \
	1500 /* large machines have room for more, which would take too long */

#define AGES 0x7fffffff /* ticks, more than any test takes */

/* ---- fork and wait ---- */

static void fork_returns_zero_in_the_child(void)
{
	int fds[2];
	int childs_own;

	xpipe(fds);
	int pid = xfork();
	if (pid == 0) {
		int own = getpid();

		xwrite(fds[1], &own, sizeof(own));
		exit(0);
	}
	xread(fds[0], &childs_own, sizeof(childs_own));
	CHECK_EQ(childs_own, pid);
	CHECK(pid > 0 && pid != getpid());
	CHECK_EQ(xwait(0), pid);
}

static void wait_gives_the_status(void)
{
	static const int statuses[] = { 0, 1, 255, 256, -1, -99, 0x7fffffff };

	for (size_t i = 0; i < ARRAY_LEN(statuses); i++) {
		if (xfork() == 0)
			exit(statuses[i]);
		xwait(statuses[i]);
	}
	if (xfork() == 0)
		exit(STATUS_INTERRUPTED); /* which means killed by Ctrl-C */
	xwait(254);
}

static void wait_takes_every_child_once(void)
{
	enum { CHILDREN = 30 };
	int pids[CHILDREN];

	for (int i = 0; i < CHILDREN; i++) {
		pids[i] = xfork();
		if (pids[i] == 0)
			exit(7);
		for (int j = 0; j < i; j++)
			CHECK(pids[j] != pids[i]);
	}
	for (int left = CHILDREN; left > 0; left--) {
		int pid = xwait(7);
		int i = 0;

		while (i < CHILDREN && pids[i] != pid)
			i++;
		CHECK(i < CHILDREN);
		pids[i] = -1;
	}
	CHECK_FAILS(wait(NULL), ECHILD);
}

static void wait_without_children_fails(void)
{
	CHECK_FAILS(wait(NULL), ECHILD);
	IN_CHILD()
		CHECK_FAILS(wait(NULL), ECHILD);
	xwait(0);
}

static void many_processes_one_after_another(void)
{
	for (int i = 0; i < 300; i++) {
		IN_CHILD()
			;
		xwait(0);
	}
}

int fill_the_machine(int most)
{
	int count = 0;
	int go[2];
	int pid = -1;
	char c;

	xpipe(go);
	while (count < most && (pid = fork()) > 0)
		count++;
	if (pid == 0) {
		close(go[1]);
		read(go[0], &c, 1);
		exit(0);
	}
	CHECK(count == most || errno == EAGAIN || xvmstat("free") < 1000);
	xclose(go[0]);
	xclose(go[1]);
	for (int i = 0; i < count; i++)
		xwait(0);
	return count;
}

/* Children that have exited must not count against the limit. */
static void fork_at_the_process_limit_fails(void)
{
	int count = fill_the_machine(MOST_CHILDREN);

	CHECK(count > 20);
	CHECK_EQ(fill_the_machine(MOST_CHILDREN), count);
}

/* ---- orphans ---- */

static void init_takes_orphans(void)
{
	long before = xvmstat("procs");
	int go[2];

	xpipe(go);
	for (int i = 0; i < 10; i++) {
		IN_CHILD() {
			IN_CHILD()
				signal_take(go);
		}
		xwait(0);
	}
	CHECK_FAILS(wait(NULL), ECHILD);
	CHECK_EQ(xvmstat("procs"), before + 10);
	for (int i = 0; i < 10; i++)
		signal_give(go);
	while (xvmstat("procs") != before)
		sleep(1);
}

/* The children were zombies before their parent exited. */
static void init_takes_zombies(void)
{
	long before = xvmstat("procs");

	IN_CHILD() {
		for (int i = 0; i < 10; i++)
			xzombie(0);
	}
	xwait(0);
	while (xvmstat("procs") != before)
		sleep(1);
}

/* ---- kill ---- */

/* Kill a child while it runs `without_end`. */
static void check_killable(void (*without_end)(const int fds[2]))
{
	int ready[2];
	int fds[2];

	xpipe(ready);
	xpipe(fds);
	int pid = xfork();
	if (pid == 0) {
		signal_give(ready);
		without_end(fds);
		exit(0);
	}
	signal_take(ready);
	sleep(1);
	CHECK_EQ(kill(pid), 0);
	CHECK_EQ(xwait(STATUS_KILLED), pid);
}

static void spin(const int fds[2])
{
	(void)fds;
	for (;;)
		;
}

static void call_for_ever(const int fds[2])
{
	(void)fds;
	for (;;)
		getpid();
}

static void sleep_for_ever(const int fds[2])
{
	(void)fds;
	sleep(AGES);
}

static void read_empty_pipe(const int fds[2])
{
	char c;

	read(fds[0], &c, 1);
}

static void fill_pipe(const int fds[2])
{
	static char buf[PGSIZE];

	for (;;)
		write(fds[1], buf, sizeof(buf));
}

static void wait_for_child(const int fds[2])
{
	char c;

	IN_CHILD() {
		/* This child exits when its parent is killed. */
		xclose(fds[1]);
		read(fds[0], &c, 1);
	}
	wait(NULL);
}

static void kill_ends_computing(void)
{
	check_killable(spin);
	check_killable(call_for_ever);
}

static void kill_ends_sleep(void)
{
	check_killable(sleep_for_ever);
}

static void kill_ends_read_of_pipe(void)
{
	check_killable(read_empty_pipe);
}

static void kill_ends_write_to_pipe(void)
{
	check_killable(fill_pipe);
}

static void kill_ends_wait(void)
{
	check_killable(wait_for_child);
}

static void kill_of_unknown_pid_fails(void)
{
	int pid = xfork();

	if (pid == 0)
		exit(0);
	xwait(0);
	CHECK_FAILS(kill(pid), ESRCH);
	CHECK_FAILS(kill(0), ESRCH);
	CHECK_FAILS(kill(-1), ESRCH);
	CHECK_FAILS(kill(0x7fffffff), ESRCH);
}

static void kill_of_init_fails(void)
{
	CHECK_FAILS(kill(1), EPERM);
}

static void kill_of_oneself(void)
{
	IN_CHILD() {
		kill(getpid());
		fail("goes on after killing itself");
	}
	xwait(STATUS_KILLED);
}

/* The child exited before the kill, so its own status counts. */
static void kill_of_zombie_changes_nothing(void)
{
	int pid = xzombie(5);

	kill(pid);
	CHECK_EQ(xwait(5), pid);
}

/* ---- time ---- */

/* A busy host may hold a hart meanwhile, but not each time. */
static void sleep_lasts_long_enough(void)
{
	int least = AGES;

	for (int i = 0; i < 5; i++) {
		int before = uptime();

		CHECK_EQ(sleep(3), 0);
		int ticks = uptime() - before;
		CHECK(ticks >= 3);
		if (ticks < least)
			least = ticks;
	}
	CHECK(least < 50);
	CHECK_EQ(sleep(0), 0);
	CHECK_EQ(sleep(-1), 0);
}

static int start_sleeper(int ticks)
{
	int pid = xfork();

	if (pid == 0)
		exit(sleep(ticks));
	return pid;
}

/* Those who sleep for a short time wake first, whoever went to sleep before or
 * after them. Two that are due at almost the same time may wake in either
 * order. */
static void sleepers_wake_in_order(void)
{
	static const int ticks[] = { AGES, 4, AGES - 1, 2, AGES - 2, 3, AGES };
	int pids[ARRAY_LEN(ticks)];

	for (size_t i = 0; i < ARRAY_LEN(ticks); i++)
		pids[i] = start_sleeper(ticks[i]);
	for (size_t i = 0; i < ARRAY_LEN(ticks); i++) {
		if (ticks[i] < 10)
			xwait(0);
	}
	for (size_t i = 0; i < ARRAY_LEN(ticks); i++) {
		if (ticks[i] < 10)
			continue;
		CHECK_EQ(kill(pids[i]), 0);
		xwait(STATUS_KILLED);
	}
}

static void check_flags(int flags)
{
	CHECK_EQ(foreground(0, 0), flags);
}

static void foreground_flags_are_inherited(void)
{
	const int both = FOREGROUND_SELF | FOREGROUND_CHILDREN;

	foreground(both, FOREGROUND_SELF);
	IN_CHILD()
		check_flags(0);
	xwait(0);
	CHECK_EQ(foreground(FOREGROUND_SELF, FOREGROUND_CHILDREN),
		 FOREGROUND_SELF);
	check_flags(FOREGROUND_CHILDREN);
	IN_CHILD() {
		check_flags(both);
		IN_CHILD()
			check_flags(both);
		xwait(0);
	}
	xwait(0);
	check_flags(FOREGROUND_CHILDREN);
}

static void foreground_has_two_flags(void)
{
	foreground(FOREGROUND_SELF | FOREGROUND_CHILDREN, 0);
	CHECK_FAILS(foreground(0, 4), EINVAL);
	CHECK_FAILS(foreground(-1, 0), EINVAL);
	check_flags(0);
}

const struct test process_tests[] = {
	TEST(fork_returns_zero_in_the_child),
	TEST(wait_gives_the_status),
	TEST(wait_takes_every_child_once),
	TEST(wait_without_children_fails),
	TEST(many_processes_one_after_another),
	TEST(fork_at_the_process_limit_fails),
	TEST(init_takes_orphans),
	TEST(init_takes_zombies),
	TEST(kill_ends_computing),
	TEST(kill_ends_sleep),
	TEST(kill_ends_read_of_pipe),
	TEST(kill_ends_write_to_pipe),
	TEST(kill_ends_wait),
	TEST(kill_of_unknown_pid_fails),
	TEST(kill_of_init_fails),
	TEST(kill_of_oneself),
	TEST(kill_of_zombie_changes_nothing),
	TEST(sleep_lasts_long_enough),
	TEST(sleepers_wake_in_order),
	TEST(foreground_flags_are_inherited),
	TEST(foreground_has_two_flags),
	TESTS_END,
};
