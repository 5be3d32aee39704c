/* user/test/usertests/lazy_zero.c: pages that were only read share one frame of
 * zeros. */

#include "tests.h"

#define PAGES 400

enum { SEED = 0x5555 };

/* Pages that are only promised, in a leaf table that exists: one page before
 * them is in use. */
static char *promised(void)
{
	char *pages;

	xsbrk((long)(-(uint64)xsbrk(0) % (512 * PGSIZE)));
	pages = xpages(1);
	pages[0] = 1;

	struct vmstat before = measure();
	CHECK(xpages(PAGES) == pages + PGSIZE);
	CHECK_EQ(measure().used - before.used, 0);
	return pages + PGSIZE;
}

/* Store to the page before them, for a kernel whose fork shares page tables:
 * it copies the table now, if ever, and not when the pages are touched. */
static void own_table(char *pages)
{
	pages[-(long)PGSIZE] = 2;
}

static void load_all(const char *pages)
{
	for (long i = 0; i < PAGES; i++)
		CHECK_EQ(pages[i * (long)PGSIZE + i], 0);
}

static void loads_cost_no_frame(void)
{
	char *pages = promised();
	struct vmstat before = measure();
	load_all(pages);
	struct vmstat after = measure();

	CHECK_EQ(after.used - before.used, 0);
	CHECK_EQ(after.zero_fill - before.zero_fill, 0);
	CHECK_EQ(after.fault_load - before.fault_load, PAGES);
	load_all(pages);
	CHECK_EQ(measure().fault_load - after.fault_load, 0);
}

static void loads_need_no_memory(void)
{
	char *pages = promised();

	IN_CHILD() {
		int fd = xopen(VMSTAT_PATH, O_WRONLY);

		own_stack();
		own_table(pages);
		xwrite(fd, "fail 0", 6);
		xwrite(fd, "fail 1", 6);
		load_all(pages);
		xwrite(fd, "fail 0", 6);
	}
	xwait(0);
}

static void store_after_load_costs_one_frame(void)
{
	char *pages = promised();

	load_all(pages);

	struct vmstat before = measure();
	for (long i = 0; i < PAGES; i += 2)
		pages[i * (long)PGSIZE] = 1;
	struct vmstat after = measure();

	CHECK_EQ(after.used - before.used, PAGES / 2);
	CHECK_EQ(after.zero_fill - before.zero_fill, PAGES / 2);
	CHECK_EQ(after.cow_copy - before.cow_copy, 0);
	for (long i = 0; i < PAGES; i++)
		CHECK_EQ(pages[i * (long)PGSIZE], i % 2 == 0);
}

/* The hart still has the translation to the frame of zeros when the program, or
 * the kernel, writes. */
static void loads_see_the_store_at_once(void)
{
	volatile char *pages = promised();
	int fd;

	make_file("file", "k", 1);
	fd = xopen("file", O_RDONLY);
	for (long i = 0; i < 100; i++) {
		volatile char *byte = pages + i * (long)PGSIZE;

		CHECK_EQ(*byte, 0);
		if (i % 2 == 0) {
			*byte = 'k';
		} else {
			lseek(fd, 0, SEEK_SET);
			xread(fd, (char *)byte, 1);
		}
		CHECK_EQ(*byte, 'k');
		CHECK_EQ(byte[1], 0);
	}
	xclose(fd);
	xunlink("file");
}

static void write_from_untouched_pages_costs_no_frame(void)
{
	char *pages = promised();
	int fd = xopen("/dev/null", O_WRONLY);
	int fds[2];

	xpipe(fds);
	xwrite(fds[1], "x", 1); /* allocates the pipe's memory */

	struct vmstat before = measure();
	for (long i = 0; i < PAGES; i++) {
		char c;

		xwrite(fds[1], pages + i * (long)PGSIZE, 1);
		xread(fds[0], &c, 1);
		CHECK_EQ(c, i == 0 ? 'x' : 0);
	}
	CHECK_EQ(measure().used - before.used, 0);
	xclose(fd);
}

static void zeros_outlive_fork(void)
{
	char *pages = promised();

	load_all(pages);
	for (int round = 0; round < 2; round++) {
		IN_CHILD() {
			load_all(pages);
			pages_fill(pages, PAGES, SEED);
			IN_CHILD() {
				pages_check(pages, PAGES, SEED);
				pages_fill(pages, PAGES, SEED + 1);
			}
			xwait(0);
			pages_check(pages, PAGES, SEED);
		}
		xwait(0);
		load_all(pages);
	}
	pages_fill(pages, PAGES / 2, SEED);
	check_audit();
	pages_fill(pages, PAGES, SEED);
	pages_check(pages, PAGES, SEED);
}

static void fork_does_not_pay_for_zeros(void)
{
	char *pages = promised();

	load_all(pages);

	struct vmstat before = measure();
	IN_MEASURED_CHILD() {
		own_table(pages);

		struct vmstat start = measure();

		load_all(pages);
		CHECK_EQ(measure().used - start.used, 0);
	}
	xwait(0);
	struct vmstat after = measure();
	CHECK_EQ(after.used - before.used, 0);
	load_all(pages);
}

static void zeros_go_with_the_heap(void)
{
	char *pages = promised();

	for (int round = 0; round < 3; round++) {
		load_all(pages);
		xsbrk(-PAGES * (long)PGSIZE);
		IN_CHILD()
			exit(pages[(PAGES - 1) * PGSIZE]);
		xwait(STATUS_KILLED);
		CHECK(xsbrk(PAGES * (long)PGSIZE) == pages);
	}
	check_audit();
}

/* Whoever is left, the frame of zeros is nobody's own. */
static void nobody_takes_the_zeros_over(void)
{
	char *pages = promised();

	load_all(pages);
	IN_CHILD()
		load_all(pages);
	xwait(0);

	struct vmstat before = measure();
	pages_fill(pages, PAGES, SEED);
	struct vmstat after = measure();

	CHECK_EQ(after.cow_reuse - before.cow_reuse, 0);
	CHECK_EQ(after.used - before.used, PAGES);
	load_all(promised());
}

static void store_after_load_without_memory_dies_alone(void)
{
	char *pages = promised();

	load_all(pages);
	IN_CHILD() {
		int fd = xopen(VMSTAT_PATH, O_WRONLY);

		own_stack();
		xwrite(fd, "fail 0", 6);
		xwrite(fd, "fail 1", 6);
		pages[PGSIZE] = 1;
		xwrite(fd, "fail 0", 6);
	}
	xwait(STATUS_KILLED);
	load_all(pages);
	check_audit();
}

const struct test lazy_zero_tests[] = {
	TEST(loads_cost_no_frame),
	TEST(loads_need_no_memory),
	TEST(store_after_load_costs_one_frame),
	TEST(loads_see_the_store_at_once),
	TEST(write_from_untouched_pages_costs_no_frame),
	TEST(zeros_outlive_fork),
	TEST(fork_does_not_pay_for_zeros),
	TEST(zeros_go_with_the_heap),
	TEST(nobody_takes_the_zeros_over),
	TEST(store_after_load_without_memory_dies_alone),
	TESTS_END,
};
