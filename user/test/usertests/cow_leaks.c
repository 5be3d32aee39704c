/* user/test/usertests/cow_leaks.c: every frame is freed again.
 *
 * The test runner compares the number of free frames before and after each
 * test, so most of these tests need no check of their own. */

#include "tests.h"

#define PAGES 520 /* more pages than one leaf table maps */

/* After a fork that failed half-way, the parent owns its pages alone again. */
static void failed_fork_costs_nothing(void)
{
	char *pages = xpages(PAGES);
	int fd = xopen(VMSTAT_PATH, O_WRONLY);

	pages_fill(pages, PAGES, 0);
	for (int n = 1; n <= 8; n++) {
		struct vmstat before = measure();
		long pid = call_with_failure(fd, n, SYS_fork, 0, 0, 0);

		if (pid == 0)
			exit(0);
		if (pid > 0) {
			xwait(0);
			break;
		}
		pages_fill(pages, PAGES, n);
		struct vmstat after = measure();
		CHECK_EQ(after.used - before.used, 0);
	}
}

static void copies_are_given_back(void)
{
	char *pages = xpages(PAGES);

	pages_fill(pages, PAGES, 1);
	IN_CHILD()
		pages_fill(pages, PAGES, 2);
	xwait(0);
}

static void pages_taken_over_are_given_back(void)
{
	char *pages = xpages(PAGES);

	pages_fill(pages, PAGES, 1);
	IN_CHILD()
		pages_check(pages, PAGES, 1);
	xwait(0);
	pages_fill(pages, PAGES, 2);
}

/* sbrk() frees the frames and the tables while the process goes on. */
static void heap_is_given_back_by_sbrk(void)
{
	struct vmstat before = measure();

	for (int round = 0; round < 3; round++) {
		pages_fill(xpages(PAGES), PAGES, round);
		xsbrk(-PAGES * (long)PGSIZE);
	}
	struct vmstat after = measure();
	CHECK_EQ(after.used - before.used, 0);
}

static void shared_heap_is_given_back_by_sbrk(void)
{
	char *pages = xpages(PAGES);

	pages_fill(pages, PAGES, 1);
	IN_CHILD() {
		xsbrk(-PAGES * (long)PGSIZE / 2);
		pages_fill(pages, PAGES / 2, 2);
	}
	xsbrk(-PAGES * (long)PGSIZE);
	xwait(0);
}

static void exec_gives_back_the_old_program(void)
{
	char *argv[] = { "true", NULL };

	pages_fill(xpages(PAGES), PAGES, 1);
	IN_CHILD() {
		exec("/bin/true", argv);
		fail("exec: %s", strerror(errno));
	}
	xwait(0);
}

static void failed_exec_gives_back_the_new_program(void)
{
	char *argv[] = { "file", NULL };
	struct vmstat before = measure();

	make_file("file", "not an ELF", 10);
	for (int i = 0; i < 10; i++)
		CHECK_FAILS(exec("file", argv), ENOEXEC);
	xunlink("file");
	struct vmstat after = measure();
	CHECK(after.used - before.used < 10);
}

static void killed_writer_gives_back_its_copies(void)
{
	char *pages = xpages(PAGES);
	int ready[2];

	xpipe(ready);
	pages_fill(pages, PAGES, 1);
	int pid = xfork();
	if (pid == 0) {
		signal_give(ready);
		for (int i = 0;; i++)
			pages_fill(pages, PAGES, i);
	}
	signal_take(ready);
	CHECK_EQ(kill(pid), 0);
	xwait(STATUS_KILLED);
}

/* The writer dies by its own fault after it has made copies. */
static void faulting_writer_gives_back_its_copies(void)
{
	char *pages = xpages(PAGES);

	pages_fill(pages, PAGES, 1);
	IN_CHILD() {
		pages_fill(pages, PAGES, 2);
		*(volatile char *)(pages + (PAGES + 1) * PGSIZE) = 1;
	}
	xwait(STATUS_KILLED);
}

static void failed_fork_gives_back_all(void)
{
	pages_fill(xpages(PAGES), PAGES, 1);
	sweep_failures("fork", fork_with_failure);
}

/* Small objects share a frame, so it takes many to lose one. */
static void forks_that_keep_failing_lose_nothing(void)
{
	enum { TIMES = 60, POINTS = 8 };
	int fd = xopen(VMSTAT_PATH, O_WRONLY);

	for (int n = 1; n <= POINTS; n++)
		for (int i = 0; i < TIMES; i++)
			fork_with_failure(fd, n);
}

const struct test cow_leaks_tests[] = {
	TEST(failed_fork_costs_nothing),
	TEST(copies_are_given_back),
	TEST(pages_taken_over_are_given_back),
	TEST(heap_is_given_back_by_sbrk),
	TEST(shared_heap_is_given_back_by_sbrk),
	TEST(exec_gives_back_the_old_program),
	TEST(failed_exec_gives_back_the_new_program),
	TEST(killed_writer_gives_back_its_copies),
	TEST(faulting_writer_gives_back_its_copies),
	TEST(failed_fork_gives_back_all),
	TEST(forks_that_keep_failing_lose_nothing),
	TESTS_END,
};
