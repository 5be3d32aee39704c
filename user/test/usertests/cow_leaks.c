/* user/test/usertests/cow_leaks.c: what was taken is given back. */

#include "tests.h"

#define PAGES 520 /* more than one table of page-table entries maps */

/* Pages that a fork began to share are the parent's alone again. */
static void failed_fork_costs_nothing(void)
{
	char *pages = xpages(PAGES);
	int fd = xopen(VMSTAT_PATH, O_WRONLY);

	pages_fill(pages, PAGES, 0);
	for (int n = 1; n <= 8; n++) {
		struct vmstat before = measure();
		long pid = call_with_failure(fd, n, SYS_fork, 0, 0, 0);

		if (pid == 0)
			exit(0);
		if (pid > 0) {
			xwait(0);
			break;
		}
		pages_fill(pages, PAGES, n);
		struct vmstat after = measure();
		CHECK_EQ(after.used - before.used, 0);
	}
}

const struct test cow_leaks_tests[] = {
	TEST(failed_fork_costs_nothing),
	TESTS_END,
};
