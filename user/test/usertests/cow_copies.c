/* user/test/usertests/cow_copies.c: on behalf of a program, the kernel writes
 * to pages that the program shares. */

#include "tests.h"

#define PAGES 4

/* n bytes before a page boundary, so that a longer write goes into two
 * pages. */
#define NEAR_END(pages, n) ((pages) + PGSIZE - (n))

enum { SEED_OLD = 0x1111, FILE_SIZE = 3 * PGSIZE };

static char *shared_pages(void)
{
	char *pages = xpages(PAGES);

	memset(pages, 'o', PAGES * PGSIZE);
	return pages;
}

static void check_untouched(const char *pages)
{
	for (size_t i = 0; i < PAGES * PGSIZE; i++) {
		if (pages[i] != 'o')
			fail("byte %zu of the other process has changed", i);
	}
}

/* Call `write` on the pages in the child and then in the parent, while the
 * other one still holds the same frames. */
static void check_both_ways(void (*write)(char *pages))
{
	char *pages = shared_pages();
	int go[2];

	xpipe(go);
	IN_CHILD()
		write(pages);
	xwait(0);
	check_untouched(pages);
	IN_CHILD() {
		signal_take(go);
		check_untouched(pages);
	}
	write(pages);
	signal_give(go);
	xwait(0);
}

static void make_pattern_file(void)
{
	static char bytes[FILE_SIZE];

	memset(bytes, 'n', sizeof(bytes));
	make_file("file", bytes, sizeof(bytes));
}

static void check_filled(const char *at, size_t n, char c)
{
	for (size_t i = 0; i < n; i++) {
		if (at[i] != c)
			fail("byte %zu is %d, not %d", i, at[i], c);
	}
}

/* First a whole page at once, and then pieces of pages. */
static void read_file(char *pages)
{
	int fd = xopen("file", O_RDONLY);

	xread(fd, pages + PGSIZE, PGSIZE);
	CHECK_EQ(lseek(fd, 0, SEEK_SET), 0);
	xread(fd, NEAR_END(pages, 5), FILE_SIZE - 1);
	xclose(fd);
	check_filled(pages, PGSIZE - 5, 'o');
	check_filled(NEAR_END(pages, 5), FILE_SIZE - 1, 'n');
}

static void read_of_file_breaks_sharing(void)
{
	make_pattern_file();
	check_both_ways(read_file);
}

static void read_pipe(char *pages)
{
	int fds[2];

	xpipe(fds);
	xwrite(fds[1], "nnnnnnnn", 8);
	CHECK_EQ(read(fds[0], NEAR_END(pages, 3), 8), 8);
	check_filled(NEAR_END(pages, 3), 8, 'n');
	xwrite(fds[1], pages, PGSIZE);
	xread(fds[0], pages + 3 * PGSIZE, PGSIZE);
	xclose(fds[0]);
	xclose(fds[1]);
}

static void read_of_pipe_breaks_sharing(void)
{
	check_both_ways(read_pipe);
}

static void read_device(char *pages)
{
	int fd = xopen(VMSTAT_PATH, O_RDONLY);

	CHECK_EQ(read(fd, NEAR_END(pages, 3), 6), 6);
	CHECK_EQ(memcmp(NEAR_END(pages, 3), "total ", 6), 0);
	xclose(fd);
}

/* Files in /proc are made by the kernel, too. */
static void read_proc(char *pages)
{
	int fd = xopen("/proc/meminfo", O_RDONLY);

	CHECK_EQ(read(fd, pages + 8, 9), 9);
	CHECK_EQ(memcmp(pages + 8, "MemTotal:", 9), 0);
	xclose(fd);
}

static void read_of_device_breaks_sharing(void)
{
	check_both_ways(read_device);
	check_both_ways(read_proc);
}

static void call_fstat(char *pages)
{
	struct stat st;
	int fd = xopen("file", O_RDONLY);

	CHECK_EQ(fstat(fd, (struct stat *)NEAR_END(pages, 8)), 0);
	memcpy(&st, NEAR_END(pages, 8), sizeof(st));
	CHECK_EQ(st.size, FILE_SIZE);
	xclose(fd);
}

static void fstat_breaks_sharing(void)
{
	make_pattern_file();
	check_both_ways(call_fstat);
}

static void call_wait(char *pages)
{
	int status;

	if (xfork() == 0)
		exit(0x12345678);
	CHECK(wait((int *)NEAR_END(pages, 2)) > 0);
	memcpy(&status, NEAR_END(pages, 2), sizeof(status));
	CHECK_EQ(status, 0x12345678);
}

static void wait_status_breaks_sharing(void)
{
	check_both_ways(call_wait);
}

static void call_pipe(char *pages)
{
	int fds[2];

	CHECK_EQ(pipe((int *)NEAR_END(pages, 4)), 0);
	memcpy(fds, NEAR_END(pages, 4), sizeof(fds));
	xclose(fds[0]);
	xclose(fds[1]);
}

static void pipe_breaks_sharing(void)
{
	check_both_ways(call_pipe);
}

/* The kernel must read what the program has stored. */
static void kernel_sees_what_was_stored(void)
{
	char *pages = shared_pages();
	int fds[2];
	char c;

	xpipe(fds);
	IN_CHILD() {
		pages[0] = 'n';
		xwrite(fds[1], pages, 1);
	}
	xwait(0);
	xread(fds[0], &c, 1);
	CHECK_EQ(c, 'n');
	xwrite(fds[1], pages, 1);
	xread(fds[0], &c, 1);
	CHECK_EQ(c, 'o');
}

/* The kernel copies from one shared page into another one. */
static void pipe_between_shared_pages(void)
{
	char *pages = shared_pages();
	int fds[2];

	xpipe(fds);
	IN_CHILD() {
		pages[0] = 'n';
		for (long i = 1; i < PAGES; i++) {
			xwrite(fds[1], pages, 1);
			xread(fds[0], pages + i * (long)PGSIZE, 1);
			CHECK_EQ(pages[i * (long)PGSIZE], 'n');
		}
	}
	xwait(0);
	check_untouched(pages);
}

static void check_kernel_copy(char *start, long bytes, int frames)
{
	IN_MEASURED_CHILD() {
		int fd = xopen("file", O_RDONLY);

		struct vmstat before = measure();
		CHECK_EQ(read(fd, start, (size_t)bytes), bytes);
		struct vmstat after = measure();
		CHECK_EQ(after.used - before.used, frames);
		CHECK_EQ(after.cow_copy - before.cow_copy, frames);
		CHECK_EQ(after.fault_store - before.fault_store, 0);
	}
	xwait(0);
}

static void kernel_copy_costs_one_frame_a_page(void)
{
	char *pages = shared_pages();

	make_pattern_file();
	check_kernel_copy(NEAR_END(pages, 1), PGSIZE + 2, 3);
	check_kernel_copy(NEAR_END(pages, 8), 8, 1);
	check_kernel_copy(pages, PGSIZE, 1);
	check_kernel_copy(pages + 8, PGSIZE - 8, 1);
	check_kernel_copy(pages + PGSIZE, PGSIZE + 1, 2);
}

/* The kernel must not copy a page only to read from it. */
static void kernel_reads_without_copying(void)
{
	char *pages = shared_pages();
	int fds[2];

	xpipe(fds);
	IN_MEASURED_CHILD() {
		struct vmstat before = measure();
		xwrite(fds[1], NEAR_END(pages, 10), 20);
		struct vmstat after = measure();
		CHECK_EQ(after.used - before.used, 0);
	}
	xwait(0);
}

/* The same holds for the strings and the array that a program passes. */
static void kernel_reads_strings_without_copying(void)
{
	char *pages = shared_pages();
	char *path = NEAR_END(pages, 4);
	char **argv = (char **)(pages + 2 * PGSIZE);

	memcpy(path, "./no/file", 10);
	argv[0] = path;
	argv[1] = NULL;
	IN_MEASURED_CHILD() {
		struct vmstat before = measure();
		long opened = open(path, O_RDONLY);
		long run = exec(path, argv);
		struct vmstat after = measure();
		CHECK(opened < 0 && run < 0);
		/* errno has a page of its own now. */
		CHECK(after.cow_copy - before.cow_copy <= 1);
	}
	xwait(0);
}

/* The kernel may fill the part of the buffer that is mapped, but only in the
 * caller. */
static void failed_read_leaves_the_other_alone(void)
{
	char *pages = shared_pages();
	char *last = pages + (PAGES - 1) * PGSIZE;

	make_pattern_file();
	IN_CHILD() {
		int fd = xopen("file", O_RDONLY);

		xsbrk(-(long)PGSIZE);
		read(fd, last - 100, 200);
		read(fd, last - PGSIZE - 100, FILE_SIZE);
	}
	xwait(0);
	check_untouched(pages);
}

const struct test cow_copies_tests[] = {
	TEST(read_of_file_breaks_sharing),
	TEST(read_of_pipe_breaks_sharing),
	TEST(read_of_device_breaks_sharing),
	TEST(fstat_breaks_sharing),
	TEST(wait_status_breaks_sharing),
	TEST(pipe_breaks_sharing),
	TEST(kernel_sees_what_was_stored),
	TEST(pipe_between_shared_pages),
	TEST(kernel_copy_costs_one_frame_a_page),
	TEST(kernel_reads_without_copying),
	TEST(kernel_reads_strings_without_copying),
	TEST(failed_read_leaves_the_other_alone),
	TESTS_END,
};
