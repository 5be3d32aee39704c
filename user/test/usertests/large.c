/* user/test/usertests/large.c: a program so large that the number of its frames
 * does not fit into 16 bits, and no loop handles its page tables in one turn;
 * and so many processes that the number of a frame's owners does not fit into
 * 12 bits. They need a machine with 640 MiB and 4,400 processes, so they run
 * only on demand. The runner checks that all frames are free again. */

#include "tests.h"

#define PAGES 81920L   /* 320 MiB */
#define OTHERS 55296L  /* 216 MiB, so that there are more than 512 in all */
#define FORK_MAX 1000L /* frames that fork may take: page tables and a stack */
#define STEP 997       /* between pages written to; not a power of two */

static uint64 *word_of(char *pages, long i)
{
	return (uint64 *)(pages + i * (long)PGSIZE + i % 512 * 8);
}

static void check_all(char *pages, uint64 seed, uint64 step_seed)
{
	for (long i = 0; i < PAGES; i++) {
		bool in_step = i % STEP == 0 || i == PAGES - 1;
		uint64 expected = (in_step ? step_seed : seed) + (uint64)i;

		if (*word_of(pages, i) != expected)
			fail("page %ld has %lu, not %lu", i, *word_of(pages, i),
			     expected);
	}
}

static void write_some(char *pages, uint64 seed)
{
	for (long i = 0; i < PAGES; i += STEP)
		*word_of(pages, i) = seed + (uint64)i;
	*word_of(pages, PAGES - 1) = seed + PAGES - 1;
}

/* Read the whole file, and check only that the kernel can produce it. */
static void read_whole(const char *path)
{
	static char text[4096];
	int fd = xopen(path, O_RDONLY);
	long n;

	while ((n = read(fd, text, sizeof(text))) > 0)
		;
	CHECK_EQ(n, 0);
	xclose(fd);
}

/* Another process has so much memory that frames beyond 512 MiB are used. */
static void hold_memory(const int ready[2], const int go[2])
{
	char *pages = xpages(OTHERS);

	for (long i = 0; i < OTHERS; i++)
		*word_of(pages, i) = (uint64)i;
	signal_give(ready);
	signal_take(go);
	for (long i = 0; i < OTHERS; i++)
		CHECK_EQ(*word_of(pages, i), i);
}

static void large_program(void)
{
	int ready[2];
	int go[2];
	char *argv[] = { "true", NULL };

	xpipe(ready);
	xpipe(go);
	IN_CHILD()
		hold_memory(ready, go);
	signal_take(ready);

	char *pages = xpages(PAGES);

	for (long i = 0; i < PAGES; i++) {
		CHECK_EQ(*word_of(pages, i), 0);
		*word_of(pages, i) = 1000 + (uint64)i;
	}
	long used = measure().used;
	IN_CHILD() {
		CHECK(measure().used - used < FORK_MAX);
		check_all(pages, 1000, 1000);
		write_some(pages, 5000000);
		check_all(pages, 1000, 5000000);
		read_whole("/proc/self/status");
		exec("/bin/true", argv);
		fail("exec: %s", strerror(errno));
	}
	xwait(0);
	check_all(pages, 1000, 1000);
	write_some(pages, 9000000);
	check_all(pages, 1000, 9000000);
	read_whole("/proc/self/status");
	read_whole("/proc/self/smaps");
	read_whole("/proc/self/pagemap");
	IN_CHILD()
		xsbrk(-PAGES / 2 * (long)PGSIZE);
	xwait(0);
	check_all(pages, 1000, 9000000);
	xsbrk(-PAGES * (long)PGSIZE);
	signal_give(go);
	xwait(0);
}

/* Each child costs the same, however many there are, and all have the pages
 * that they share. */
static void thousands_of_children(void)
{
	enum { CHILDREN = 4200, SHARED = 20, CHILD_FRAMES = 12 };
	char *pages = xpages(SHARED);
	int go[2];

	xpipe(go);
	pages_fill(pages, SHARED, 1);
	struct vmstat before = measure();
	for (int i = 0; i < CHILDREN; i++) {
		IN_CHILD() {
			signal_take(go);
			pages_check(pages, SHARED, 1);
		}
	}
	struct vmstat after = measure();
	for (int i = 0; i < CHILDREN; i++)
		signal_give(go);
	for (int i = 0; i < CHILDREN; i++)
		xwait(0);
	pages_check(pages, SHARED, 1);
	CHECK(after.used - before.used <= CHILDREN * CHILD_FRAMES);
}

const struct test large_tests[] = {
	TEST(thousands_of_children),
	TEST(large_program),
	TESTS_END,
};
