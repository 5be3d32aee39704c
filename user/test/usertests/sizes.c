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

/* Returns true if the program begins with an argument of that many bytes and
 * `more` short ones, or false if they are refused as too long. */
static bool begins_with(char *argument, size_t length, int more)
{
	char *argv[] = { "end", argument, "", "", "", NULL };
	int status;

	argv[2 + more] = NULL;
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
	enum { FIRST = PGSIZE - 128, MORE_MAX = 3 };
	static char argument[PGSIZE + 1];
	size_t size = (size_t)(end_end - end_start);
	const struct segment segments[] = {
		{ TEXT_VA, 5, end_start, size, size, false },
		{ 0, 6, end_start, 0, PGSIZE, true },
	};

	make_program("end", segments, ARRAY_LEN(segments));
	for (int more = 0; more <= MORE_MAX; more++) {
		bool before = begins_with(argument, FIRST, more);

		CHECK(before);
		for (size_t length = FIRST + 1; length <= PGSIZE; length++) {
			bool now = begins_with(argument, length, more);

			CHECK(before || !now);
			before = now;
		}
		CHECK(!before);
	}
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

/* The figure is what the process costs, so it includes the root table and the
 * upper ones. */
static void all_page_tables_of_a_child_are_counted(void)
{
	enum { PAGES = 1100, IN_EACH_TABLE = 400 };
	char *pages = xpages(PAGES);
	struct process child;
	int ready[2], end[2];

	xpipe(ready);
	xpipe(end);
	pages_fill(pages, PAGES, 1);
	CHECK_EQ(process_read(getpid(), &child), 0);

	long before = xvmstat("table");
	int pid = xfork();

	if (pid == 0) {
		/* fork may have shared tables; so let it have its own */
		for (long i = 0; i < PAGES; i += IN_EACH_TABLE)
			pages[i * (long)PGSIZE] = 2;
		pages[(PAGES - 1) * (long)PGSIZE] = 2;
		signal_give(ready);
		signal_take(end);
		exit(0);
	}
	signal_take(ready);
	CHECK_EQ(process_read(pid, &child), 0);
	CHECK_EQ(child.tables,
		 (xvmstat("table") - before) * (long)PGSIZE / 1024);
	signal_give(end);
	xwait(0);
}

static void fork_three_times(void)
{
	long before = xvmstat("fork");

	for (int i = 0; i < 3; i++) {
		IN_CHILD()
			;
		xwait(0);
	}
	CHECK_EQ(xvmstat("fork") - before, 3);
}

/* Whatever the parent has. */
static void each_fork_is_counted_once(void)
{
	enum { PAGES = 1100 };

	fork_three_times();
	pages_fill(xpages(PAGES), PAGES, 1);
	fork_three_times();
	__asm__ volatile("fmv.d.x fs3, zero" : : : "fs3");
	fork_three_times();
	IN_CHILD()
		fork_three_times();
	xwait(0);
}

/* Read `whole` again from `from` on, in steps. */
static void check_part(int fd, const char *whole, long from, long size,
		       long step)
{
	static char part[PGSIZE];

	CHECK_EQ(lseek(fd, from, SEEK_SET), from);
	while (from < size) {
		long wanted = step < size - from ? step : size - from;
		long n = read(fd, part, (size_t)wanted);

		CHECK(n > 0);
		CHECK_EQ(memcmp(part, whole + from, (size_t)n), 0);
		from += n;
	}
}

/* Wherever reads begin and end, they find the same bytes. Those of init do not
 * change while it sleeps. */
static void proc_can_be_read_in_pieces(void)
{
	static const char *const names[] = { "/proc/1/status", "/proc/1/smaps",
					     "/proc/1/pagemap" };
	static const long steps[] = { 1, 7, 100, 174, 176, PGSIZE };
	static char whole[PGSIZE];

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		int fd = xopen(names[i], O_RDONLY);
		long size = read(fd, whole, sizeof(whole));

		CHECK(size > 0);
		for (size_t k = 0; k < ARRAY_LEN(steps); k++)
			for (long from = 0; from < size; from += 1 + size / 9)
				check_part(fd, whole, from, size, steps[k]);
		xclose(fd);
	}
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
	TEST(all_page_tables_of_a_child_are_counted),
	TEST(each_fork_is_counted_once),
	TEST(proc_can_be_read_in_pieces),
	TEST(proc_tells_how_many_share),
	TESTS_END,
};
