/* user/test/usertests/cow_rights.c: a page that no program may write to stays
 * read-only while it is shared. */

#include "tests.h"

static void store_to(volatile char *address)
{
	*address = *address;
}

static void text_stays_read_only(void)
{
	char *text = (char *)text_stays_read_only;

	IN_CHILD()
		store_to(text);
	xwait(STATUS_KILLED);
	IN_CHILD() {
		IN_CHILD()
			store_to(text);
		xwait(STATUS_KILLED);
		store_to(text);
	}
	xwait(STATUS_KILLED);
}

static void constants_stay_read_only(void)
{
	static const char constant[] = "constant";

	IN_CHILD()
		store_to((char *)constant);
	xwait(STATUS_KILLED);
	CHECK_EQ(constant[0], 'c');
}

/* The kernel must not write to a page for a program that may not write to
 * it. */
static void read_into_shared_text_fails(void)
{
	char *text = (char *)read_into_shared_text_fails;
	char old = *text;
	int fds[2];

	xpipe(fds);
	xwrite(fds[1], "junk", 4);
	IN_CHILD()
		CHECK_FAILS(read(fds[0], text, 4), EFAULT);
	xwait(0);
	CHECK_FAILS(read(fds[0], text, 4), EFAULT);
	CHECK_EQ(*text, old);
}

static void guard_page_stays_unmapped(void)
{
	char *guard = (char *)stack_guard();
	int fds[2];

	xpipe(fds);
	xwrite(fds[1], "junk", 4);
	IN_CHILD() {
		CHECK_FAILS(read(fds[0], guard + PGSIZE - 4, 4), EFAULT);
		IN_CHILD()
			store_to(guard + PGSIZE - 1);
		xwait(STATUS_KILLED);
		store_to(guard);
	}
	xwait(STATUS_KILLED);
}

static void store_with_stack_at(char *sp, char *at)
{
	__asm__ volatile("mv t0, sp\n"
			 "mv sp, %0\n"
			 "sb zero, 0(%1)\n"
			 "mv sp, t0"
			 :
			 : "r"(sp), "r"(at)
			 : "t0", "memory");
}

/* Which pages are mapped must not depend on the stack pointer. */
static void stack_may_be_anywhere(void)
{
	enum { PAGES = 20 };
	char *pages = xpages(PAGES);

	memset(pages, 1, PAGES * PGSIZE);
	IN_CHILD() {
		store_with_stack_at(pages + PAGES * PGSIZE, pages);
		store_with_stack_at(pages, pages + (PAGES - 1) * PGSIZE);
		store_with_stack_at(NULL, pages + PGSIZE);
		store_with_stack_at((char *)-PGSIZE, pages + 2 * PGSIZE);
		CHECK_EQ(pages[0] + pages[PGSIZE] + pages[2 * PGSIZE], 0);
	}
	xwait(0);
}

const struct test cow_rights_tests[] = {
	TEST(text_stays_read_only),        TEST(constants_stay_read_only),
	TEST(read_into_shared_text_fails), TEST(guard_page_stays_unmapped),
	TEST(stack_may_be_anywhere),       TESTS_END,
};
