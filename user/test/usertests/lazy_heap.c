/* user/test/usertests/lazy_heap.c: sbrk() only promises memory. A page gets a
 * frame when somebody touches it: the program, or the kernel for it. */

#include "mapping.h"

#define PAGES 520 /* more pages than one leaf table maps */

enum { SEED = 0x3333, SEED_CHILD = 0x4444 };

/* Promised pages, in leaf tables that exist: the page before them and the one
 * after them are in use. */
static char *promised(long count)
{
	char *pages = xpages(count + 2);

	for (long i = 0; i <= count; i += 512)
		pages[i * (long)PGSIZE] = 1;
	pages[(count + 1) * (long)PGSIZE] = 1;
	return pages + PGSIZE;
}

static void check_zeros(const char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		CHECK_EQ(bytes[i], 0);
}

/* ---- what it costs ---- */

static void sbrk_allocates_nothing(void)
{
	struct vmstat before = measure();
	xsbrk(PAGES * (long)PGSIZE);
	struct vmstat after = measure();

	CHECK_EQ(after.used - before.used, 0);
	CHECK_EQ(after.zero_fill - before.zero_fill, 0);
	xsbrk(-PAGES * (long)PGSIZE);
	CHECK_EQ(measure().used - before.used, 0);
}

static void first_store_costs_one_frame(void)
{
	char *pages = promised(10);
	struct vmstat before = measure();
	pages[3 * PGSIZE] = 1;
	struct vmstat first = measure();
	pages[3 * PGSIZE + 1] = 2;
	struct vmstat second = measure();

	CHECK_EQ(first.used - before.used, 1);
	CHECK_EQ(first.zero_fill - before.zero_fill, 1);
	CHECK_EQ(first.fault_store - before.fault_store, 1);
	CHECK_EQ(second.used - first.used, 0);
	CHECK_EQ(second.fault_store - first.fault_store, 0);
}

/* The program may be promised more than what is free, and use a part of it. */
static void more_than_free_memory_may_be_promised(void)
{
	long count = xvmstat("free") / 3 * 2;
	int hold[2];
	char c;

	xpipe(hold);
	for (int i = 0; i < 3; i++) {
		IN_CHILD() {
			char *pages = xpages(count);

			xclose(hold[1]);
			pages[(count - 1) * (long)PGSIZE] = 1;
			read(hold[0], &c, 1); /* until all have grown */
		}
	}
	xclose(hold[0]);
	xclose(hold[1]);
	for (int i = 0; i < 3; i++)
		xwait(0);
}

/* ---- what is there ---- */

static void pages_touched_in_any_order_are_zero(void)
{
	char *pages = xpages(PAGES);

	for (long i = 0; i < PAGES; i++) {
		long page = i * 211 % PAGES;

		check_zeros(pages + page * (long)PGSIZE, 64);
		memset(pages + page * (long)PGSIZE, 1, PGSIZE);
	}
	for (size_t i = 0; i < PAGES * PGSIZE; i += 63)
		CHECK_EQ(pages[i], 1);
}

/* What grows again is new, whether it had been touched or not. */
static void heap_that_grows_again_shows_no_old_bytes(void)
{
	char *pages = xpages(PAGES);

	for (int round = 0; round < 3; round++) {
		for (long i = round; i < PAGES; i += 3)
			memset(pages + i * (long)PGSIZE, 0xaa, PGSIZE);
		xsbrk(-(PAGES - 1) * (long)PGSIZE);
		xsbrk((PAGES - 1) * (long)PGSIZE);
		for (long i = 1; i < PAGES; i++)
			check_zeros(pages + i * (long)PGSIZE, 16);
	}
}

static void jump_to(const char *page)
{
	((void (*)(void))(uint64)page)();
}

/* Neither before a page is touched nor after. */
static void untouched_heap_cannot_be_executed(void)
{
	static const uint ret = 0x00008067; /* the instruction `ret` */
	char *pages = xpages(2);

	for (int touch = 0; touch < 3; touch++) {
		IN_CHILD() {
			if (touch >= 1)
				check_zeros(pages + PGSIZE, 4);
			if (touch == 2)
				memcpy(pages + PGSIZE, &ret, sizeof(ret));
			jump_to(pages + PGSIZE);
		}
		xwait(STATUS_KILLED);
	}
}

static void page_after_untouched_heap_is_not_mapped(void)
{
	char *pages = xpages(PAGES);

	IN_CHILD()
		pages[PAGES * PGSIZE] = 1;
	xwait(STATUS_KILLED);
	IN_CHILD()
		exit(*(volatile char *)(pages + PAGES * PGSIZE));
	xwait(STATUS_KILLED);
}

/* ---- the kernel's own accesses ---- */

static void read_fills_untouched_pages(void)
{
	char *pages = xpages(4);
	char *at = pages + PGSIZE - 4;
	static char bytes[2 * PGSIZE + 8];

	memset(bytes, 'x', sizeof(bytes));
	make_file("file", bytes, sizeof(bytes));

	int fd = xopen("file", O_RDONLY);

	xread(fd, at, sizeof(bytes));
	xclose(fd);
	xunlink("file");
	CHECK_EQ(memcmp(at, bytes, sizeof(bytes)), 0);
	check_zeros(pages, PGSIZE - 4);
	check_zeros(at + sizeof(bytes), PGSIZE - 4);
}

static void write_reads_zeros_from_untouched_pages(void)
{
	char *pages = xpages(3);
	static char bytes[3 * PGSIZE];

	make_file("file", pages, 3 * PGSIZE);

	int fd = xopen("file", O_RDONLY);

	memset(bytes, 'x', sizeof(bytes));
	xread(fd, bytes, sizeof(bytes));
	xclose(fd);
	xunlink("file");
	check_zeros(bytes, sizeof(bytes));
	check_zeros(pages, sizeof(bytes));
}

/* A name whose NUL, or all of it, is in a page that nobody has touched. */
static void names_may_end_in_untouched_pages(void)
{
	char *pages = xpages(2);

	pages[PGSIZE - 1] = 'f';
	make_file("f", "x", 1);
	xclose(xopen(pages + PGSIZE - 1, O_RDONLY));
	xunlink(pages + PGSIZE - 1);
	CHECK_FAILS(open(xpages(1), O_RDONLY), ENOENT);
}

/* The vector of arguments and an argument are in untouched pages: there are no
 * arguments, or one that is empty. */
static void exec_may_take_untouched_arguments(void)
{
	IN_CHILD() {
		exec("/bin/true", (char **)xpages(1));
		fail("exec: %s", strerror(errno));
	}
	xwait(0);
	IN_CHILD() {
		char *argv[] = { "true", xpages(1), NULL };

		exec("/bin/true", argv);
		fail("exec: %s", strerror(errno));
	}
	xwait(0);
}

static void wait_may_store_into_an_untouched_page(void)
{
	int *status = (int *)(xpages(2) + PGSIZE - 2);

	IN_CHILD()
		exit(0x0102);
	CHECK(wait(status) > 0);
	CHECK_EQ(*status, 0x0102);
}

/* ---- fork ---- */

static void fork_leaves_untouched_pages_untouched(void)
{
	char *pages = promised(PAGES);
	struct vmstat before = measure();
	IN_MEASURED_CHILD() {
		struct vmstat start = measure();
		check_zeros(pages + 9 * PGSIZE, 1);
		pages[7 * PGSIZE] = 1;
		struct vmstat after = measure();

		CHECK_EQ(after.cow_copy - start.cow_copy, 0);
		CHECK(after.used - start.used <= 2);
	}
	xwait(0);
	struct vmstat after = measure();
	CHECK_EQ(after.used - before.used, 0);
	check_zeros(pages, PGSIZE);
}

/* Both touch the same page first after the fork, and each gets its own. */
static void pages_touched_after_fork_are_private(void)
{
	check_private_after_fork(xpages(PAGES), PAGES);
}

/* Each child extends and shrinks what its parent has promised it. */
static void child_moves_its_own_end(void)
{
	char *pages = xpages(4);

	IN_CHILD() {
		xsbrk(-3 * (long)PGSIZE);
		CHECK(xpages(3) == pages + PGSIZE);
		pages_fill(pages, 4, SEED_CHILD);
		xsbrk(-3 * (long)PGSIZE);
		pages[PGSIZE] = 1;
	}
	xwait(STATUS_KILLED);
	check_zeros(pages, 4 * PGSIZE);
	pages_fill(pages, 4, SEED);
	pages_check(pages, 4, SEED);
}

/* ---- no memory ---- */

/* Touch the page when the n-th allocation fails. The page needs a table, too,
 * unless it has one. */
static void touch_without_memory(char *page, int n)
{
	char command[] = "fail 0";
	int fd = xopen(VMSTAT_PATH, O_WRONLY);

	own_stack();
	xwrite(fd, command, 6); /* copy the pages that a write needs */
	command[5] = (char)('0' + n);
	xwrite(fd, command, 6);
	*page = 1;
	xwrite(fd, "fail 0", 6);
}

static void touch_without_memory_dies_alone(void)
{
	char *pages = xpages(2 * PAGES);

	pages[0] = 1;
	for (int n = 1; n <= 2; n++) {
		IN_CHILD()
			touch_without_memory(pages + PAGES * PGSIZE, n);
		xwait(STATUS_KILLED);
	}
	IN_CHILD()
		touch_without_memory(pages + PGSIZE, 1);
	xwait(STATUS_KILLED);
	CHECK_EQ(pages[PGSIZE], 0);
	CHECK_EQ(pages[PAGES * PGSIZE], 0);
	check_audit();
}

static char *target;

static long step_read(int fd, int n)
{
	return call_with_failure(fd, n, SYS_read, xopen("file", O_RDONLY),
				 (long)target, 8);
}

static long step_fstat(int fd, int n)
{
	return call_with_failure(fd, n, SYS_fstat, xopen("file", O_RDONLY),
				 (long)target, 0);
}

static long step_name(int fd, int n)
{
	long result =
		call_with_failure(fd, n, SYS_open, (long)target, O_RDONLY, 0);

	return result < 0 && errno == ENOENT ? 0 : result;
}

static void check_call(const char *what, long (*step)(int fd, int n))
{
	IN_CHILD() {
		int fd = xopen(VMSTAT_PATH, O_WRONLY);

		CHECK_FAILS(step(fd, 1), ENOMEM);
	}
	xwait(0);
	sweep_failures(what, step);
}

static void calls_on_untouched_pages_without_memory(void)
{
	target = xpages(2 * PAGES) + PAGES * PGSIZE;
	make_file("file", "12345678", 8);
	check_call("read", step_read);
	check_call("fstat", step_fstat);
	check_call("open", step_name);
	xunlink("file");
}

/* Memory is really exhausted: the process that uses it up dies, and the others
 * go on. */
static void process_that_uses_up_memory_dies_alone(void)
{
	long count = xvmstat("free") + 8;

	IN_CHILD()
		pages_fill(xpages(count), count, SEED);
	xwait(STATUS_KILLED);
	pages_fill(xpages(10), 10, SEED);
}

const struct test lazy_heap_tests[] = {
	TEST(sbrk_allocates_nothing),
	TEST(first_store_costs_one_frame),
	TEST(more_than_free_memory_may_be_promised),
	TEST(pages_touched_in_any_order_are_zero),
	TEST(heap_that_grows_again_shows_no_old_bytes),
	TEST(untouched_heap_cannot_be_executed),
	TEST(page_after_untouched_heap_is_not_mapped),
	TEST(read_fills_untouched_pages),
	TEST(write_reads_zeros_from_untouched_pages),
	TEST(names_may_end_in_untouched_pages),
	TEST(exec_may_take_untouched_arguments),
	TEST(wait_may_store_into_an_untouched_page),
	TEST(fork_leaves_untouched_pages_untouched),
	TEST(pages_touched_after_fork_are_private),
	TEST(child_moves_its_own_end),
	TEST(touch_without_memory_dies_alone),
	TEST(calls_on_untouched_pages_without_memory),
	TEST(process_that_uses_up_memory_dies_alone),
	TESTS_END,
};
