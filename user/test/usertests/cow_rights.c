/* user/test/usertests/cow_rights.c: what no program may write stays so while it
 * is shared. */

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

/* The kernel must not write for a program where the program may not. */
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

const struct test cow_rights_tests[] = {
	TEST(text_stays_read_only),
	TEST(constants_stay_read_only),
	TEST(read_into_shared_text_fails),
	TESTS_END,
};
