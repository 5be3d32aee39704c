/* user/test/usertests/cow_cost.c: the last owner of a frame takes it over,
 * which costs neither a frame nor a copy. */

#include "process.h"
#include "tests.h"

#define PAGES 100

/* Let the next allocation of a frame fail, so that a process that copies a page
 * is killed. */
static int memory_out(void)
{
	int fd = xopen(VMSTAT_PATH, O_WRONLY);

	own_stack();
	xwrite(fd, "fail 0", 6); /* copy the pages that a write needs */
	xwrite(fd, "fail 1", 6);
	return fd;
}

static void memory_back(int fd)
{
	xwrite(fd, "fail 0", 6);
	xclose(fd);
}

/* All pages have been shared, and their other owner has dropped them. */
static void check_take_over(char *pages)
{
	int fd = memory_out();
	pages_fill(pages, PAGES, 3);
	memory_back(fd);
	pages_check(pages, PAGES, 3);
}

static void take_over_after_exit(void)
{
	char *pages = xpages(PAGES);

	pages_fill(pages, PAGES, 1);
	IN_CHILD()
		pages_check(pages, PAGES, 1);
	xwait(0);
	check_take_over(pages);
}

static void take_over_after_exec(void)
{
	char *pages = xpages(PAGES);
	char *argv[] = { "true", NULL };

	pages_fill(pages, PAGES, 1);
	IN_CHILD() {
		exec("/bin/true", argv);
		fail("exec: %s", strerror(errno));
	}
	xwait(0);
	check_take_over(pages);
}

/* The child goes on without the pages. */
static void take_over_after_sbrk(void)
{
	char *pages = xpages(PAGES);
	int ready[2];
	int go[2];

	xpipe(ready);
	xpipe(go);
	pages_fill(pages, PAGES, 1);
	IN_CHILD() {
		xsbrk(-PAGES * (long)PGSIZE);
		own_stack();
		signal_give(ready);
		signal_take(go);
	}
	signal_take(ready);
	check_take_over(pages);
	signal_give(go);
	xwait(0);
}

static void take_over_after_kill(void)
{
	char *pages = xpages(PAGES);
	int go[2];

	xpipe(go);
	pages_fill(pages, PAGES, 1);
	int pid = xfork();
	if (pid == 0) {
		signal_take(go);
		exit(0);
	}
	CHECK_EQ(kill(pid), 0);
	xwait(STATUS_KILLED);
	check_take_over(pages);
}

/* The other owner has copied every page. */
static void take_over_after_copy(void)
{
	char *pages = xpages(PAGES);
	int ready[2];
	int go[2];

	xpipe(ready);
	xpipe(go);
	pages_fill(pages, PAGES, 1);
	IN_CHILD() {
		pages_fill(pages, PAGES, 2);
		own_stack();
		signal_give(ready);
		signal_take(go);
		pages_check(pages, PAGES, 2);
	}
	signal_take(ready);
	check_take_over(pages);
	signal_give(go);
	xwait(0);
}

/* The child is the last owner, because its parent has exited. */
static void child_takes_over(void)
{
	char *pages = xpages(PAGES);
	int done[2];
	char c;

	xpipe(done);
	IN_CHILD() {
		int parent = getpid();
		int parent_gone[2];

		xpipe(parent_gone);
		pages_fill(pages, PAGES, 1);
		IN_CHILD() {
			xclose(parent_gone[1]);
			read(parent_gone[0], &c, 1);
			await_gone(parent);
			check_take_over(pages);
			signal_give(done);
		}
	}
	xclose(done[1]);
	xwait(0);
	xread(done[0], &c, 1);
}

/* A frame with three owners is copied twice and taken over once. */
static void last_of_three_takes_over(void)
{
	char *pages = xpages(PAGES);
	int ready[2];
	int go[2];

	xpipe(ready);
	xpipe(go);
	pages_fill(pages, PAGES, 1);
	for (int i = 0; i < 2; i++) {
		IN_MEASURED_CHILD() {
			struct vmstat before = measure();
			pages_fill(pages, PAGES, 2);
			struct vmstat after = measure();
			CHECK_EQ(after.used - before.used, PAGES);
			signal_give(ready);
			signal_take(go);
		}
		signal_take(ready);
	}
	check_take_over(pages);
	signal_give(go);
	signal_give(go);
	xwait(0);
	xwait(0);
}

static void kernel_takes_over_for_last_owner(void)
{
	char *pages = xpages(PAGES);
	int fds[2];

	xpipe(fds);
	pages_fill(pages, PAGES, 1);
	IN_CHILD()
		pages_check(pages, PAGES, 1);
	xwait(0);
	xwrite(fds[1], "four", 4);

	int fd = memory_out();

	xread(fds[0], pages + PGSIZE - 2, 4);
	memory_back(fd);
	CHECK_EQ(memcmp(pages + PGSIZE - 2, "four", 4), 0);
}

static void counters_show_takeovers(void)
{
	char *pages = xpages(PAGES);
	struct process then, now;

	pages_fill(pages, PAGES, 1);
	IN_CHILD()
		;
	xwait(0);
	CHECK_EQ(process_read(getpid(), &then), 0);
	struct vmstat before = measure();
	CHECK_EQ(process_read(getpid(), &then), 0);
	pages_fill(pages, PAGES, 2);
	CHECK_EQ(process_read(getpid(), &now), 0);
	struct vmstat after = measure();
	/* A kernel may count only for all processes together. */
	CHECK(now.takeovers == 0 || now.takeovers - then.takeovers == PAGES);
	CHECK(now.faults == 0 || now.faults - then.faults >= PAGES);
	CHECK_EQ(now.copies - then.copies, 0);
	CHECK_EQ(after.cow_reuse - before.cow_reuse, PAGES);
	CHECK_EQ(after.cow_copy - before.cow_copy, 0);
	/* The old translation of a page may be used once more: no fence is
	 * needed where an entry gains a permission. */
	CHECK(after.fault_store - before.fault_store >= PAGES);
	CHECK(after.fault_store - before.fault_store < 2 * PAGES);
	CHECK_EQ(after.used - before.used, 0);
}

const struct test cow_cost_tests[] = {
	TEST(take_over_after_exit),     TEST(take_over_after_exec),
	TEST(take_over_after_sbrk),     TEST(take_over_after_kill),
	TEST(take_over_after_copy),     TEST(child_takes_over),
	TEST(last_of_three_takes_over), TEST(kernel_takes_over_for_last_owner),
	TEST(counters_show_takeovers),  TESTS_END,
};
