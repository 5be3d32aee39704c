/* user/test/usertests/cow_fences.c: no hart goes on using a stale
 * translation. */

#include "tests.h"

#define PAGES 40

/* Store right after fork, when the hart may still cache the translation as
 * writable. */
static void parent_writes_at_once(void)
{
	char *pages = xpages(PAGES);

	for (int round = 0; round < 20; round++) {
		int go[2];

		xpipe(go);
		pages_fill(pages, PAGES, round);
		int pid = xfork();
		if (pid != 0)
			pages_fill(pages, PAGES, ~round);
		if (pid == 0) {
			signal_take(go);
			pages_check(pages, PAGES, round);
			exit(0);
		}
		signal_give(go);
		xwait(0);
		pages_check(pages, PAGES, ~round);
		xclose(go[0]);
		xclose(go[1]);
	}
}

/* After the kernel has copied a page, a load must not see the old frame, which
 * the hart may still cache. */
static void loads_see_what_the_kernel_wrote(void)
{
	char *pages = xpages(PAGES);
	int fds[2];

	xpipe(fds);
	memset(pages, 'o', PAGES * PGSIZE);
	IN_CHILD() {
		for (long i = 0; i < PAGES; i++) {
			volatile char *at = pages + i * (long)PGSIZE;

			CHECK_EQ(*at, 'o');
			xwrite(fds[1], "n", 1);
			CHECK_EQ(read(fds[0], (char *)at, 1), 1);
			CHECK_EQ(*at, 'n');
			*at = 's';
			CHECK_EQ(*at, 's');
		}
	}
	xwait(0);
	for (size_t i = 0; i < PAGES * PGSIZE; i++)
		CHECK_EQ(pages[i], 'o');
}

/* The hart caches the translation, because the page was just read and
 * written. */
static void freed_heap_is_gone_at_once(void)
{
	char *pages = xpages(PAGES);

	pages_fill(pages, PAGES, 1);
	IN_CHILD() {
		pages_check(pages, PAGES, 1);
		xsbrk(-PAGES * (long)PGSIZE);
		pages_check(pages, PAGES, 1);
	}
	xwait(STATUS_KILLED);
	IN_CHILD() {
		pages_fill(pages, PAGES, 2);
		xsbrk(-PAGES * (long)PGSIZE);
		pages_fill(pages, PAGES, 3);
	}
	xwait(STATUS_KILLED);
	pages_check(pages, PAGES, 1);
}

const struct test cow_fences_tests[] = {
	TEST(parent_writes_at_once),
	TEST(loads_see_what_the_kernel_wrote),
	TEST(freed_heap_is_gone_at_once),
	TESTS_END,
};
