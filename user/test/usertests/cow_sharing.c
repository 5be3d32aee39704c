/* user/test/usertests/cow_sharing.c: what copy-on-write costs, frame by
 * frame. */

#include "tests.h"

#define PAGES 100

/* The frames that an idle child may cost: kernel structures, page tables, and
 * copies of the stack and data pages to which it and its parent write at
 * once. */
#define IDLE_CHILD_FRAMES 12

extern char etext[]; /* the end of text and constants (user/user.ld) */

/* Start a child that waits for a byte on `go`. */
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
	CHECK(after.used - before.used <= IDLE_CHILD_FRAMES);
}

/* A child must cost the same, whatever the size of its parent, and however many
 * there are. A small machine has room for fewer. */
static void idle_children_cost_little(void)
{
	enum { MOST = 300 };
	char *pages = xpages(PAGES);
	int count = 0;
	int go[2];
	int pid;

	xpipe(go);
	pages_fill(pages, PAGES, 1);
	struct vmstat before = measure();
	while (count < MOST && (pid = fork()) >= 0) {
		if (pid == 0) {
			signal_take(go);
			exit(0);
		}
		count++;
	}
	struct vmstat after = measure();
	CHECK(count >= 20);
	for (int i = 0; i < count; i++)
		signal_give(go);
	for (int i = 0; i < count; i++)
		xwait(0);
	CHECK(after.used - before.used <= count * IDLE_CHILD_FRAMES);
}

/* Text and constants must be shared like all other pages. */
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
	}
	xwait(0);
}

static void second_write_costs_nothing(void)
{
	char *pages = xpages(PAGES);

	pages_fill(pages, PAGES, 1);
	IN_MEASURED_CHILD() {
		struct vmstat shared = measure();
		pages[7 * PGSIZE] = 2;
		struct vmstat before = measure();
		pages[7 * PGSIZE + 100] = 2;
		struct vmstat after = measure();
		CHECK_EQ(before.used - shared.used, 1);
		CHECK_EQ(after.used - before.used, 0);
	}
	xwait(0);
}

/* Whether the heap is small or large. */
static void each_page_is_copied_once(void)
{
	static const long sizes[] = { 1, 2, 3, 5, 9, 17, 33, 65, 100 };

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		long count = sizes[i];

		IN_CHILD() {
			char *pages = xpages(count);

			pages_fill(pages, count, 1);
			IN_MEASURED_CHILD() {
				struct vmstat before = measure();
				pages_fill(pages, count, 2);
				pages_fill(pages, count, 3);
				struct vmstat after = measure();
				CHECK_EQ(after.used - before.used, count);
			}
			xwait(0);
		}
		xwait(0);
	}
}

/* The pages beside it stay shared. */
static void only_the_page_written_to_is_copied(void)
{
	enum { COUNT = 1300, STEP = 5 };
	char *pages = xpages(COUNT);

	pages_fill(pages, COUNT, 1);
	IN_MEASURED_CHILD() {
		struct vmstat before = measure();
		for (long i = 0; i < COUNT; i += STEP)
			pages[i * (long)PGSIZE] = 2;
		struct vmstat after = measure();
		CHECK_EQ(after.used - before.used, COUNT / STEP);
	}
	xwait(0);
}

static void reading_costs_nothing(void)
{
	char *pages = xpages(PAGES);

	pages_fill(pages, PAGES, 1);
	struct vmstat alone = measure();
	IN_MEASURED_CHILD() {
		pages_check(pages, 1, 1);
		struct vmstat before = measure();
		pages_check(pages, PAGES, 1);
		struct vmstat after = measure();
		CHECK_EQ(after.used - before.used, 0);
		CHECK(after.used - alone.used <= IDLE_CHILD_FRAMES);
	}
	xwait(0);
}

/* Pages to which nobody has written since an older fork are shared by the next
 * fork as well. */
static void second_fork_shares_the_same_frames(void)
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
	CHECK(after.shared - before.shared <= IDLE_CHILD_FRAMES);
}

/* The counters of /dev/vmstat must match what the processes have done. */
static void counters_show_what_happened(void)
{
	char *pages = xpages(PAGES);

	pages_fill(pages, PAGES, 1);
	struct vmstat old = measure();
	IN_MEASURED_CHILD() {
		struct vmstat before = measure();
		pages_fill(pages, 10, 2);
		struct vmstat after = measure();
		CHECK_EQ(after.fork - old.fork, 1);
		CHECK(before.shared - old.shared >= PAGES);
		CHECK_EQ(before.shared - after.shared, 10);
		CHECK_EQ(after.cow_copy - before.cow_copy, 10);
		CHECK_EQ(after.cow_reuse - before.cow_reuse, 0);
		CHECK_EQ(after.fault_store - before.fault_store, 10);
	}
	xwait(0);
}

const struct test cow_sharing_tests[] = {
	TEST(fork_shares_every_page),
	TEST(idle_children_cost_little),
	TEST(text_is_shared),
	TEST(write_costs_one_frame),
	TEST(second_write_costs_nothing),
	TEST(each_page_is_copied_once),
	TEST(only_the_page_written_to_is_copied),
	TEST(reading_costs_nothing),
	TEST(second_fork_shares_the_same_frames),
	TEST(counters_show_what_happened),
	TESTS_END,
};
