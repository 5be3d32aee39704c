/* user/test/usertests/lazy_promises.c: how much memory all programs together
 * are promised, and when that is refused. */

#include "process.h"
#include "tests.h"

/* A value of /proc/meminfo, in pages. */
static long meminfo(const char *label)
{
	long kib = meminfo_get(label);

	CHECK(kib > 0);
	return kib / (long)(PGSIZE / 1024);
}

static long promised(void)
{
	return meminfo("Committed_AS:");
}

static void set_policy(const char *name)
{
	char command[32];

	snprintf(command, sizeof(command), "overcommit %s", name);
	CHECK_EQ(vmstat_command(command), 0);
}

/* Run a part of a test in a child, under this policy, and set the usual one
 * even if it fails. */
static void run_under(const char *policy, void (*part)(void))
{
	set_policy(policy);

	int pid = xfork();

	if (pid == 0) {
		part();
		exit(0);
	}
	await_zombie(pid);
	set_policy("heuristic");
	xwait(0);
}

/* Heap that nobody touches counts, and so does that of a child; what was given
 * back does not. */
static void promises_are_added_up(void)
{
	long before = promised();

	xsbrk(100 * (long)PGSIZE);
	CHECK_EQ(promised(), before + 100);

	int go[2], done[2];

	xpipe(go);
	xpipe(done);

	int pid = xfork();

	if (pid == 0) {
		xsbrk(-40 * (long)PGSIZE);
		signal_give(done);
		signal_take(go);
		exit(0);
	}
	signal_take(done);

	/* The child has what this process has, but for 40 pages. */
	long with_child = promised();

	signal_give(go);
	xwait(0);
	CHECK_EQ(promised(), before + 100);
	xsbrk(-100 * (long)PGSIZE);
	CHECK_EQ(promised(), before);

	pid = xfork();
	if (pid == 0) {
		signal_take(go);
		exit(0);
	}

	long own = promised() - before;

	CHECK_EQ(with_child, before + 100 + own + 60);
	signal_give(go);
	xwait(0);
	CHECK_EQ(promised(), before);
}

static long writable_pages(int pid)
{
	struct mapping *parts;
	long n = mappings_read(pid, &parts), pages = 0;

	CHECK(n > 0);
	for (long i = 0; i < n; i++)
		if (parts[i].rights[1] == 'w')
			pages += (long)((parts[i].end - parts[i].start) /
					PGSIZE);
	free(parts);
	return pages;
}

/* What can only be read is not counted: it never needs a frame of its own. */
static void programs_are_counted_at_exec(void)
{
	/* Let malloc() get its memory before it is counted. */
	writable_pages(getpid());

	long before = promised();
	int go[2], done[2];

	xpipe(go);
	xpipe(done);

	int pid = xfork();

	if (pid == 0) {
		xclose(0);
		CHECK_EQ(dup(go[0]), 0);
		xclose(1);
		CHECK_EQ(dup(done[1]), 1);
		xsbrk(5000 * (long)PGSIZE);
		exec("/bin/cat", (char *[]){ "cat", NULL });
		fail("exec: %s", strerror(errno));
	}
	xwrite(go[1], "x", 1);

	char byte;

	xread(done[0], &byte, 1);

	/* Its old heap is gone. Its data and its stack count, its text does
	 * not. */
	CHECK_EQ(promised(), before + writable_pages(pid));
	kill(pid);
	wait(NULL);
	CHECK_EQ(promised(), before);
}

static long present(void)
{
	struct process self;

	CHECK_EQ(process_read(getpid(), &self), 0);
	return self.rss;
}

static void take_twice_all_memory(void)
{
	long half = xvmstat("total") / 2 * (long)PGSIZE;
	long before = present();

	for (int i = 0; i < 4; i++)
		xsbrk(half);
	CHECK_EQ(present(), before);
	IN_CHILD()
		xsbrk(half);
	xwait(0);
	xsbrk(-4 * half);
}

static void always_promises_more_than_all_memory(void)
{
	run_under("always", take_twice_all_memory);

	long half = xvmstat("total") / 2 * (long)PGSIZE;

	xsbrk(half);
	CHECK_FAILS(sbrk(2 * half), ENOMEM);
	xsbrk(-half);
}

static void take_all_that_is_promised(void)
{
	long limit = meminfo("CommitLimit:"), left = limit - promised();

	CHECK(limit < xvmstat("total"));
	CHECK(limit > xvmstat("total") * 3 / 4);
	CHECK_FAILS(sbrk((left + 1) * (long)PGSIZE), ENOMEM);
	CHECK_EQ(promised(), limit - left);
	xsbrk(left * (long)PGSIZE);
	CHECK_EQ(promised(), limit);
	CHECK_FAILS(sbrk((long)PGSIZE), ENOMEM);
	CHECK_FAILS(fork(), ENOMEM);
	CHECK_EQ(promised(), limit);

	/* The new program is made before the old one goes. */
	CHECK_FAILS(exec("/bin/true", (char *[]){ "true", NULL }), ENOMEM);
	CHECK_EQ(promised(), limit);
	xsbrk(-left * (long)PGSIZE);
	CHECK_EQ(promised(), limit - left);
}

static void never_promises_more_than_there_is(void)
{
	run_under("never", take_all_that_is_promised);
}

/* Have the part promised, again and again, while others try to have it. */
static void promise_and_give_back(long part, long limit)
{
	enum { ROUNDS = 50 };

	for (int round = 0; round < ROUNDS; round++) {
		while (sbrk(part * (long)PGSIZE) == SBRK_FAILED)
			CHECK_EQ(errno, ENOMEM);
		CHECK(promised() <= limit);
		xsbrk(-part * (long)PGSIZE);
	}
}

/* Several processes ask at once for what only one of them can have. The others
 * ask again at once, so that they all meet when it is given back. */
static void compete(void)
{
	enum { PROCESSES = 4 };
	long limit = meminfo("CommitLimit:");
	long part = (limit - promised()) * 6 / 10;

	for (int i = 0; i < PROCESSES; i++)
		IN_CHILD()
			promise_and_give_back(part, limit);
	for (int i = 0; i < PROCESSES; i++)
		xwait(0);
}

static void harts_do_not_promise_too_much(void)
{
	long before = promised();

	run_under("never", compete);
	CHECK_EQ(promised(), before);
	check_audit();
}

/* Let a process that has written 70% of memory run a small program. Returns
 * fork's error, or 0. */
static int run_small(void)
{
	int pid = fork();

	if (pid < 0)
		return errno;
	if (pid == 0) {
		exec("/bin/true", (char *[]){ "true", NULL });
		fail("exec: %s", strerror(errno));
	}
	xwait(0);
	return 0;
}

static void large_process_runs_a_program(void)
{
	static const struct {
		const char *policy;
		int error;
	} cases[] = { { "heuristic", 0 },
		      { "always", 0 },
		      { "never", ENOMEM } };
	int errors[ARRAY_LEN(cases)];

	long large = xvmstat("total") * 7 / 10;
	char *pages = xpages(large);

	for (long i = 0; i < large; i++)
		pages[i * (long)PGSIZE] = 1;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		set_policy(cases[i].policy);
		errors[i] = run_small();
		set_policy("heuristic");
	}
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		CHECK_EQ(errors[i], cases[i].error);
}

static void policy_must_exist(void)
{
	static const char *const wrong[] = {
		"overcommit",
		"overcommit ",
		"overcommit nevermore",
		"overcommit nev",
		"overcommit never always",
		"overcommit=never",
	};

	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		CHECK_FAILS(vmstat_command(wrong[i]), EINVAL);
}

const struct test lazy_promise_tests[] = {
	TEST(promises_are_added_up),
	TEST(programs_are_counted_at_exec),
	TEST(always_promises_more_than_all_memory),
	TEST(never_promises_more_than_there_is),
	TEST(harts_do_not_promise_too_much),
	TEST(large_process_runs_a_program),
	TEST(policy_must_exist),
	TESTS_END,
};
