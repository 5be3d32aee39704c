/* user/test/usertests/borders.c: heaps that cross the borders of page tables,
 * and those of numbers of 31 and 32 bits, or that end where user space ends. */

#include "far.h"

static void check_border(uint64 border)
{
	int status = far_run(&(struct far){ .border = border });

	if (status != 0)
		fail("the heap at 0x%lx: status %d", border, status);
}

static void heap_may_cross_any_border(void)
{
	check_border(1UL << 30);
	check_border(1UL << 31);
	check_border(1UL << 32);
}

static void heap_may_reach_the_end_of_user_space(void)
{
	check_border(USER_TOP);
}

enum { PIPES = 10 };

/* Fill frames with ones, which would be valid entries of a page table, and free
 * them. The buffers of the pipes take those that were freed last, such as page
 * tables. */
static void leave_ones(int pipes[PIPES][2])
{
	enum { FRAMES = 100 };

	IN_CHILD()
		memset(xpages(FRAMES), 0xff, FRAMES * PGSIZE);
	xwait(0);
	for (int i = 0; i < PIPES; i++)
		xpipe(pipes[i]);
}

/* The heap ends `count` pages before the end of a page table that has only
 * pages of the heap, or of the next one. The child grows it by these pages,
 * which must be new. */
static void check_child_grows(long count)
{
	const uint64 span = 512 * PGSIZE;
	long bytes = count * (long)PGSIZE;
	uint64 start = (uint64)xsbrk(0);
	uint64 end = (start + 2 * span + (uint64)bytes) / span * span;
	long grown = (long)(end - start) - bytes;
	int pipes[PIPES][2];

	xsbrk(grown);
	*((char *)xsbrk(0) - 1) = 1;
	leave_ones(pipes);
	IN_CHILD() {
		char *pages = xsbrk(bytes);

		for (long i = 0; i < bytes; i += PGSIZE)
			CHECK_EQ(pages[i]++, 0);
	}
	xwait(0);
	for (int i = 0; i < PIPES; i++) {
		xclose(pipes[i][0]);
		xclose(pipes[i][1]);
	}
	xsbrk(-grown);
}

static void child_grows_inside_a_table(void)
{
	static const long counts[] = { 1, 2, 8, 15, 16, 17, 32, 64, 256, 510 };

	for (size_t i = 0; i < ARRAY_LEN(counts); i++)
		check_child_grows(counts[i]);
}

/* A table's neighbor in memory may be a page of a program, with words that look
 * like entries for pages that it may write to. The kernel must not take them
 * for entries when it copies across the border of two tables. */
static void kernel_copies_across_tables(void)
{
	enum { TABLES = 4, USER_RW = 0xd7, FRAME = 0x84000 };
	const uint64 span = 512 * PGSIZE;
	static char bytes[PGSIZE];
	struct stat st, there;
	uint64 start = (uint64)xpages(0);
	uint64 end = (start + span - 1) / span * span + TABLES * span;
	uint64 *words = xsbrk((long)(end - start));

	for (uint64 i = 0; i < (end - start) / sizeof(*words); i++)
		words[i] = (uint64)FRAME << 10 | USER_RW;
	memset(bytes, 'f', sizeof(bytes));
	make_file("file", bytes, sizeof(bytes));
	CHECK_EQ(stat("file", &st), 0);
	for (int i = 1; i < TABLES; i++) {
		char *border = (char *)(end - (uint64)i * span);
		char *before = border - PGSIZE / 2;
		int fd = xopen("file", O_RDONLY);

		xread(fd, before, sizeof(bytes));
		CHECK_EQ(memcmp(before, bytes, sizeof(bytes)), 0);
		before = border - sizeof(st) / 2;
		CHECK_EQ(fstat(fd, (struct stat *)before), 0);
		memcpy(&there, before, sizeof(there));
		CHECK(there.ino == st.ino && there.size == st.size);
		xclose(fd);
	}
	xunlink("file");
}

const struct test border_tests[] = {
	TEST(heap_may_cross_any_border),
	TEST(heap_may_reach_the_end_of_user_space),
	TEST(child_grows_inside_a_table),
	TEST(kernel_copies_across_tables),
	TESTS_END,
};
