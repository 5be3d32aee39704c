/* user/test/usertests/sizes.c: numbers near a limit, and numbers that a kernel
 * may convert to a type that is too small. */

#include "process.h"
#include "tests.h"

#define TEXT_VA 0x10000UL

/* ---- sleep ---- */

static void await_sleep(int pid)
{
	struct process p;

	do {
		CHECK_EQ(process_read(pid, &p), 0);
	} while (p.state == 'R');
}

/* In units of 1 us, 100 ns or 1 ms, these ticks are a little more than 2 to the
 * power of 32. The children sleep for minutes. */
static void long_sleeps_do_not_end_early(void)
{
	static const int ticks[] = { 42950, 4295, 42949673 };
	int pids[ARRAY_LEN(ticks)];
	struct process p;

	for (size_t i = 0; i < ARRAY_LEN(ticks); i++) {
		pids[i] = xfork();
		if (pids[i] == 0)
			exit(sleep(ticks[i]));
	}
	for (size_t i = 0; i < ARRAY_LEN(ticks); i++)
		await_sleep(pids[i]);
	sleep(2);
	for (size_t i = 0; i < ARRAY_LEN(ticks); i++) {
		CHECK_EQ(process_read(pids[i], &p), 0);
		CHECK(p.state != 'Z');
		CHECK_EQ(kill(pids[i]), 0);
		xwait(STATUS_KILLED);
	}
}

/* ---- arguments ---- */

/* A program that ends at once and does not use its stack. */
extern const char end_start[], end_end[];
static void end_at_once(void) __attribute__((used, noinline));
static void end_at_once(void)
{
	__asm__ volatile("end_start:\n"
			 "li a0, 0\n"
			 "li a7, %[exit]\n"
			 "ecall\n"
			 "end_end:"
			 :
			 : [exit] "i"(SYS_exit));
}

/* Returns true if the program begins with arguments of that many bytes, or
 * false if they are refused as too long. */
static bool begins_with(char *argument, size_t length)
{
	char *argv[] = { "end", argument, NULL };
	int status;

	memset(argument, 'x', length);
	argument[length] = '\0';
	if (xfork() == 0) {
		exec("./end", argv);
		exit(errno);
	}
	CHECK(wait(&status) > 0);
	if (status != 0 && status != E2BIG)
		fail("exec with %lu bytes: %s", length, strerror(status));
	return status == 0;
}

/* The arguments and the pointers to them fit on a stack of one page, or exec()
 * refuses them. */
static void arguments_fit_on_any_stack_or_are_refused(void)
{
	enum { FIRST = PGSIZE - 128 };
	static char argument[PGSIZE + 1];
	size_t size = (size_t)(end_end - end_start);
	const struct segment segments[] = {
		{ TEXT_VA, 5, end_start, size, size, false },
		{ 0, 6, end_start, 0, PGSIZE, true },
	};
	bool before = true;

	make_program("end", segments, ARRAY_LEN(segments));
	CHECK(begins_with(argument, FIRST));
	for (size_t length = FIRST + 1; length <= PGSIZE; length++) {
		bool now = begins_with(argument, length);

		CHECK(before || !now);
		before = now;
	}
	CHECK(!before);
	xunlink("end");
}

/* ---- descriptors ---- */

static void child_has_every_descriptor(void)
{
	int fds[2];
	int copies[NOFILE];
	int count = 0;
	int fd;
	char c;

	xpipe(fds);
	while ((fd = dup(fds[1])) >= 0)
		copies[count++] = fd;
	CHECK_EQ(copies[count - 1], NOFILE - 1);
	IN_CHILD() {
		for (int i = 0; i < count; i++)
			xwrite(copies[i], "x", 1);
	}
	xwait(0);
	for (int i = 0; i < count; i++)
		xread(fds[0], &c, 1);
}

/* ---- page tables ---- */

static void page_tables_are_counted(void)
{
	enum { PAGES = 2048, TABLES = 4 };
	long before = measure().table;
	char *pages = xpages(PAGES);

	pages_fill(pages, PAGES, 1);
	CHECK(measure().table >= before + TABLES);
	IN_CHILD() {
		pages_fill(pages, PAGES, 2);
		CHECK(measure().table >= before + 2 * TABLES);
	}
	xwait(0);
	xsbrk(-PAGES * (long)PGSIZE);
	CHECK_EQ(measure().table, before);
}

const struct test size_tests[] = {
	TEST(long_sleeps_do_not_end_early),
	TEST(arguments_fit_on_any_stack_or_are_refused),
	TEST(child_has_every_descriptor),
	TEST(page_tables_are_counted),
	TESTS_END,
};
