/* user/test/usertests/cow_count.c: what copy-on-write costs, frame by frame,
 * and that the counters of the kernel say so. */

#include "tests.h"

#define PAGES 100

/* What a child that does nothing may cost: its kernel side, page tables, and
 * copies of the stack and data pages that it and its parent write at once. */
#define IDLE_CHILD_FRAMES 12

extern char etext[]; /* the end of text and constants, from user/user.ld */

/* A child that waits until `go` gets a byte. */
static void start_idle_child(const int go[2])
{
	IN_CHILD()
		signal_take(go);
}

static void fork_shares_every_page(void)
{
	char *pages = xpages(PAGES);
	int go[2];

	xpipe(go);
	pages_fill(pages, PAGES, 1);
	struct vmstat before = measure();
	start_idle_child(go);
	struct vmstat after = measure();
	signal_give(go);
	xwait(0);
	CHECK_EQ(after.fork - before.fork, 1);
	CHECK(after.shared - before.shared >= PAGES);
	CHECK(after.used - before.used <= IDLE_CHILD_FRAMES);
}

/* The cost of a child does not depend on the size of its parent. */
static void idle_children_cost_little(void)
{
	enum { CHILDREN = 20 };
	char *pages = xpages(PAGES);
	int go[2];

	xpipe(go);
	pages_fill(pages, PAGES, 1);
	struct vmstat before = measure();
	for (int i = 0; i < CHILDREN; i++)
		start_idle_child(go);
	struct vmstat after = measure();
	for (int i = 0; i < CHILDREN; i++)
		signal_give(go);
	for (int i = 0; i < CHILDREN; i++)
		xwait(0);
	CHECK(after.used - before.used <= CHILDREN * IDLE_CHILD_FRAMES);
}

/* Text and constants are shared like all else. */
static void text_is_shared(void)
{
	int go[2];

	CHECK((uint64)etext > IDLE_CHILD_FRAMES * PGSIZE);
	xpipe(go);
	struct vmstat before = measure();
	start_idle_child(go);
	struct vmstat after = measure();
	signal_give(go);
	xwait(0);
	CHECK(after.used - before.used <= IDLE_CHILD_FRAMES);
}

static void write_costs_one_frame(void)
{
	char *pages = xpages(PAGES);

	pages_fill(pages, PAGES, 1);
	IN_MEASURED_CHILD() {
		struct vmstat before = measure();
		pages[7 * PGSIZE] = 2;
		struct vmstat after = measure();
		CHECK_EQ(after.used - before.used, 1);
		CHECK_EQ(after.cow_copy - before.cow_copy, 1);
		CHECK_EQ(after.cow_reuse - before.cow_reuse, 0);
		CHECK_EQ(after.fault_store - before.fault_store, 1);
	}
	xwait(0);
}

static void second_write_costs_nothing(void)
{
	char *pages = xpages(PAGES);

	pages_fill(pages, PAGES, 1);
	IN_MEASURED_CHILD() {
		pages[7 * PGSIZE] = 2;
		struct vmstat before = measure();
		pages[7 * PGSIZE + 100] = 2;
		struct vmstat after = measure();
		CHECK_EQ(after.used - before.used, 0);
		CHECK_EQ(after.cow_copy - before.cow_copy, 0);
		CHECK_EQ(after.fault_store - before.fault_store, 0);
		/* The same, where eager copies would not fault either. */
		CHECK(after.cow_copy > 0);
	}
	xwait(0);
}

static void each_page_is_copied_once(void)
{
	char *pages = xpages(PAGES);

	pages_fill(pages, PAGES, 1);
	IN_MEASURED_CHILD() {
		struct vmstat before = measure();
		pages_fill(pages, PAGES, 2);
		pages_fill(pages, PAGES, 3);
		struct vmstat after = measure();
		CHECK_EQ(after.used - before.used, PAGES);
		CHECK_EQ(after.cow_copy - before.cow_copy, PAGES);
		CHECK_EQ(after.fault_store - before.fault_store, PAGES);
	}
	xwait(0);
}

static void reading_costs_nothing(void)
{
	char *pages = xpages(PAGES);

	pages_fill(pages, PAGES, 1);
	IN_MEASURED_CHILD() {
		pages_check(pages, 1, 1);
		struct vmstat before = measure();
		pages_check(pages, PAGES, 1);
		struct vmstat after = measure();
		CHECK_EQ(after.used - before.used, 0);
		CHECK_EQ(after.fault_load - before.fault_load, 0);
		CHECK_EQ(after.fault_store - before.fault_store, 0);
		CHECK(after.shared >= PAGES);
	}
	xwait(0);
}

/* All pages were shared with somebody who has let go of them. */
static void check_take_over(char *pages)
{
	struct vmstat before = measure();
	pages_fill(pages, PAGES, 3);
	struct vmstat after = measure();

	CHECK_EQ(after.used - before.used, 0);
	CHECK_EQ(after.cow_copy - before.cow_copy, 0);
	CHECK_EQ(after.cow_reuse - before.cow_reuse, PAGES);
	CHECK_EQ(after.fault_store - before.fault_store, PAGES);
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

/* The child lives on without the pages. */
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

/* The other owner has made its copy of every page. */
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

/* The child is the last owner: its parent has ended. */
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
			/* It has closed its files; now for its memory. */
			while (kill(parent) == 0)
				sleep(1);
			check_take_over(pages);
			signal_give(done);
		}
	}
	xclose(done[1]);
	xwait(0);
	xread(done[0], &c, 1);
}

/* With three owners the frame is copied twice and taken over once. */
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
			CHECK_EQ(after.cow_copy - before.cow_copy, PAGES);
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

/* Pages that were never writable again since an older fork are shared by the
 * next one as well. */
static void shared_pages_are_shared_on(void)
{
	char *pages = xpages(PAGES);
	int go[2];

	xpipe(go);
	pages_fill(pages, PAGES, 1);
	start_idle_child(go);
	struct vmstat before = measure();
	start_idle_child(go);
	struct vmstat after = measure();
	signal_give(go);
	signal_give(go);
	xwait(0);
	xwait(0);
	CHECK(after.used - before.used <= IDLE_CHILD_FRAMES);
	check_take_over(pages);
}

const struct test cow_count_tests[] = {
	TEST(fork_shares_every_page),
	TEST(idle_children_cost_little),
	TEST(text_is_shared),
	TEST(write_costs_one_frame),
	TEST(second_write_costs_nothing),
	TEST(each_page_is_copied_once),
	TEST(reading_costs_nothing),
	TEST(take_over_after_exit),
	TEST(take_over_after_exec),
	TEST(take_over_after_sbrk),
	TEST(take_over_after_kill),
	TEST(take_over_after_copy),
	TEST(child_takes_over),
	TEST(last_of_three_takes_over),
	TEST(shared_pages_are_shared_on),
	TESTS_END,
};
