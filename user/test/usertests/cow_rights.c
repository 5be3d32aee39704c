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

/* ---- all rights that a page can have ---- */

#define TEXT_VA 0x10000UL
#define SUBJECT_VA 0x20000UL

/* A program that does one thing to the page at SUBJECT_VA: the first letter of
 * its argument says what. With "f" after it, it forks, and the child does it;
 * with "p", the parent does it, when its child has ended. The status is 2 if a
 * call fails, and 3 if the parent sees that the child has changed the page. */
extern const char touch_start[], touch_end[];
static void touch(void) __attribute__((used, noinline));
static void touch(void)
{
	__asm__ volatile(".option push\n"
			 ".option norelax\n"
			 "touch_start:\n"
			 "ld s1, 8(a1)\n"
			 "lbu s2, 0(s1)\n"
			 "lbu s3, 1(s1)\n"
			 "li s0, %[subject]\n"
			 "beqz s3, 1f\n"
			 "li a7, %[fork]\n"
			 "ecall\n"
			 "li t0, 'p'\n"
			 "bnez a0, 2f\n"
			 "bne s3, t0, 1f\n"
			 "j 9f\n"
			 "2: addi sp, sp, -16\n"
			 "sd zero, 0(sp)\n"
			 "mv a0, sp\n"
			 "li a7, %[wait]\n"
			 "ecall\n"
			 "beq s3, t0, 1f\n"
			 "lw a0, 0(sp)\n"
			 "bnez a0, 9f\n"
			 "li t0, 's'; beq s2, t0, 2f\n"
			 "li t0, 'y'; beq s2, t0, 2f\n"
			 "li t0, 'r'; bne s2, t0, 9f\n"
			 "2: lbu t1, 8(s0); li t2, 1\n"
			 "beq t1, t2, 9f\n"
			 "li a0, 3; j 9f\n"
			 "1: li t0, 'l'; bne s2, t0, 1f\n"
			 "lbu t1, 0(s0)\n"
			 "1: li t0, 's'; bne s2, t0, 1f\n"
			 "sb zero, 8(s0)\n"
			 "1: li t0, 'x'; bne s2, t0, 1f\n"
			 "jalr s0\n"
			 "1: li t0, 'y'; bne s2, t0, 1f\n"
			 "sb zero, 8(s0); jalr s0\n"
			 "1: li a0, 0\n"
			 "li a7, %[read]\n"
			 "li t0, 'r'; beq s2, t0, 1f\n"
			 "li a0, 1\n"
			 "li a7, %[write]\n"
			 "li t0, 'w'; beq s2, t0, 1f\n"
			 "li a0, 0\n"
			 "j 9f\n"
			 "1: addi a1, s0, 8\n"
			 "li a2, 1\n"
			 "ecall\n"
			 "slti a0, a0, 0\n"
			 "slli a0, a0, 1\n"
			 "9: li a7, %[exit]\n"
			 "ecall\n"
			 "touch_end:\n"
			 ".option pop"
			 :
			 : [subject] "i"(SUBJECT_VA), [fork] "i"(SYS_fork),
			   [wait] "i"(SYS_wait), [read] "i"(SYS_read),
			   [write] "i"(SYS_write), [exit] "i"(SYS_exit));
}

static void make_toucher(uint32 rights)
{
	static const uint ret[] = { 0x00008067, 0, 1 }; /* the instruction */
	size_t size = (size_t)(touch_end - touch_start);
	const struct segment segments[] = {
		{ TEXT_VA, 5, touch_start, size, size, false },
		{ SUBJECT_VA, rights, ret, sizeof(ret), PGSIZE, false },
	};

	make_program("toucher", segments, ARRAY_LEN(segments));
}

static int status_of_toucher(const char *what)
{
	char *argv[] = { "toucher", (char *)what, NULL };
	int fds[2];
	int status;

	xpipe(fds);
	xwrite(fds[1], "x", 1);

	int pid = xfork();

	if (pid == 0) {
		xclose(0);
		CHECK_EQ(dup(fds[0]), 0);
		xclose(1);
		CHECK_EQ(dup(fds[1]), 1);
		exec("./toucher", argv);
		fail("exec: %s", strerror(errno));
	}
	CHECK_EQ(wait(&status), pid);
	xclose(fds[0]);
	xclose(fds[1]);
	return status;
}

/* The page must allow one of the rights `needed`, and `also`. Otherwise the
 * program ends with `status`. */
struct touching {
	const char *what;
	uint32 needed;
	int status;
	uint32 also;
};

static void check_touching(const struct touching *t, uint32 rights)
{
	bool allowed = (rights & t->needed) && (rights & t->also) == t->also;
	int expected = allowed ? 0 : t->status;
	int status = status_of_toucher(t->what);

	if (status != expected)
		fail("%s where the rights are %u: status %d, not %d", t->what,
		     rights, status, expected);
}

/* With a page of its own and with one that it shares, whether it is the program
 * or the kernel that touches it. In Sv39, what can be written can be read. */
static void each_page_allows_what_its_segment_says(void)
{
	static const struct touching touchings[] = {
		{ "l", 6, STATUS_KILLED, 0 },
		{ "s", 2, STATUS_KILLED, 0 },
		{ "x", 1, STATUS_KILLED, 0 },
		{ "r", 2, 2, 0 },
		{ "w", 6, 2, 0 },
		{ "lf", 6, STATUS_KILLED, 0 },
		{ "sf", 2, STATUS_KILLED, 0 },
		{ "xf", 1, STATUS_KILLED, 0 },
		{ "rf", 2, 2, 0 },
		{ "wf", 6, 2, 0 },
		{ "lp", 6, STATUS_KILLED, 0 },
		{ "sp", 2, STATUS_KILLED, 0 },
		{ "xp", 1, STATUS_KILLED, 0 },
		{ "rp", 2, 2, 0 },
		{ "wp", 6, 2, 0 },
		/* A store changes what the page maps, and not its rights. */
		{ "y", 2, STATUS_KILLED, 1 },
		{ "yf", 2, STATUS_KILLED, 1 },
		{ "yp", 2, STATUS_KILLED, 1 },
	};

	for (uint32 rights = 1; rights < 8; rights++) {
		make_toucher(rights);
		for (size_t i = 0; i < ARRAY_LEN(touchings); i++)
			check_touching(&touchings[i], rights);
	}
	xunlink("toucher");
}

const struct test cow_rights_tests[] = {
	TEST(text_stays_read_only),
	TEST(constants_stay_read_only),
	TEST(read_into_shared_text_fails),
	TEST(guard_page_stays_unmapped),
	TEST(stack_may_be_anywhere),
	TEST(each_page_allows_what_its_segment_says),
	TESTS_END,
};
