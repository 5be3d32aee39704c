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

/* ---- amounts in /proc ---- */

static void page_tables_of_a_process_are_counted(void)
{
	enum { PAGES = 2048, TABLES = 4 };
	struct process before, after;

	CHECK_EQ(process_read(getpid(), &before), 0);
	pages_fill(xpages(PAGES), PAGES, 1);
	CHECK_EQ(process_read(getpid(), &after), 0);
	CHECK_EQ(after.tables - before.tables, TABLES * (long)PGSIZE / 1024);
	xsbrk(-PAGES * (long)PGSIZE);
	CHECK_EQ(process_read(getpid(), &after), 0);
	CHECK_EQ(after.tables, before.tables);
}

static bool is_heap(const struct mapping *m)
{
	return strcmp(m->kind, "heap") == 0;
}

/* The start of the heap, which has pages because mappings_read() uses it. */
static uint64 heap_start(void)
{
	struct mapping *all;
	long count = mappings_read(getpid(), &all);
	uint64 start = 0;

	for (long i = count; i-- > 0;)
		if (is_heap(&all[i]))
			start = all[i].start;
	free(all);
	CHECK(start != 0);
	return start;
}

enum { OWNERS_MAX = 3, OWNED = 60 };

static int owners; /* of each page */

static void tell_and_sleep(const int told[2], const int go[2])
{
	int pid = getpid();

	xwrite(told[1], &pid, sizeof(pid));
	signal_take(go);
}

/* Take a heap, and share it with children. */
static void share_heap(uint64 start, const int told[2], const int go[2])
{
	xsbrk((long)(start - (uint64)xsbrk(0)));
	pages_fill(xpages(OWNED), OWNED, 1);
	for (int i = 1; i < owners; i++)
		IN_CHILD()
			tell_and_sleep(told, go);
	tell_and_sleep(told, go);
	for (int i = 1; i < owners; i++)
		xwait(0);
	exit(0);
}

/* No process can write to a page that is shared, or has it alone. */
static void check_pagemap(int pid, const struct mapping *heap)
{
	uint64 entries[OWNED];
	char path[PATH_LEN];

	snprintf(path, sizeof(path), "/proc/%d/pagemap", pid);

	int fd = xopen(path, O_RDONLY);

	lseek(fd, (long)(heap->start / PGSIZE * sizeof(*entries)), SEEK_SET);
	xread(fd, entries, sizeof(entries));
	xclose(fd);
	for (int i = 0; i < OWNED; i++) {
		bool alone = entries[i] & PAGEMAP_EXCLUSIVE;

		CHECK(entries[i] & PAGEMAP_PRESENT);
		CHECK(alone == (heap->shared == 0));
		CHECK(alone || !(entries[i] & PAGEMAP_WRITABLE));
	}
}

/* A page of the heap has all these owners, or one if fork copies. */
static void check_amounts(int pid)
{
	const uint64 page = PGSIZE * PSS_ONE;
	const long kib = OWNED * (long)PGSIZE / 1024;
	struct mapping *all;
	struct mapping sum = { .rss = 0 };
	struct process p;
	long count = mappings_read(pid, &all);

	CHECK_EQ(process_read(pid, &p), 0);
	for (long i = 0; i < count; i++) {
		const struct mapping *m = &all[i];

		CHECK_EQ(m->private, m->rss - m->shared);
		sum.rss += m->rss;
		sum.shared += m->shared;
		sum.pss += m->pss;
		if (is_heap(m)) {
			CHECK_EQ(m->rss, kib);
			CHECK(m->shared == kib || m->shared == 0);
			check_pagemap(pid, m);
			CHECK_EQ(m->pss,
				 OWNED * (m->shared == 0
						  ? page
						  : page / (uint64)owners));
		}
	}
	free(all);
	CHECK_EQ(sum.rss, p.rss);
	CHECK_EQ(sum.shared, p.shared);
	CHECK_EQ(sum.pss, p.pss);
}

static void check_owners(void)
{
	int told[2];
	int go[2];
	int pids[OWNERS_MAX];
	uint64 start = heap_start();

	xpipe(told);
	xpipe(go);
	if (xfork() == 0)
		share_heap(start, told, go);
	for (int i = 0; i < owners; i++)
		xread(told[0], &pids[i], sizeof(pids[i]));
	for (int i = 0; i < owners; i++)
		await_sleep(pids[i]);
	heap_start(); /* copies the pages that reading /proc writes to */
	own_stack();
	for (int i = 0; i < owners; i++)
		check_amounts(pids[i]);
	for (int i = 0; i < owners; i++)
		signal_give(go);
	xwait(0);
	for (int i = 0; i < 2; i++) {
		xclose(told[i]);
		xclose(go[i]);
	}
}

static void proc_tells_how_many_share(void)
{
	for (owners = 2; owners <= OWNERS_MAX; owners++)
		check_owners();
}

const struct test size_tests[] = {
	TEST(long_sleeps_do_not_end_early),
	TEST(arguments_fit_on_any_stack_or_are_refused),
	TEST(child_has_every_descriptor),
	TEST(page_tables_of_a_process_are_counted),
	TEST(proc_tells_how_many_share),
	TESTS_END,
};
