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

const struct test border_tests[] = {
	TEST(heap_may_cross_any_border),
	TEST(heap_may_reach_the_end_of_user_space),
	TESTS_END,
};
