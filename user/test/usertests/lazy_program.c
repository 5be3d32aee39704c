/* user/test/usertests/lazy_program.c: a new program has no page that it has not
 * touched: none for arrays that begin as zeros, and none for most of its
 * stack. */

#include "lazy_program.h"

#define ARRAY_AT 0x10000000
#define DATA 104 /* bytes of the array that are in the file */
#define ARRAY_END (ARRAY_AT + 3 * (int)PGSIZE)
#define STRADDLE (ARRAY_AT + 2 * (int)PGSIZE - 4)
#define STACK_PAGES 1024L

/* Write a byte to 1, and wait for one from 0. */
PROGRAM(waiter,
	"li a0, 1\n"
	"mv a1, sp\n"
	"li a2, 1\n"
	"li a7, %[write]\n"
	"ecall\n"
	"li a0, 0\n"
	"li a7, %[read]\n"
	"ecall\n",
	[read] "i"(SYS_read), [write] "i"(SYS_write))

/* Check that the array is zero after its bytes from the file, and stays as it
 * is written. Its last page is first written and the others are first read. */
PROGRAM(user,
	"li s0, %[start]\n"
	"li s1, %[end]\n"
	"sd zero, -8(s1)\n"
	"4: ld t0, (s0)\n"
	"bnez t0, 1f\n"
	"sd s0, (s0)\n"
	"addi s0, s0, 8\n"
	"bltu s0, s1, 4b\n"
	"li s0, %[start]\n"
	"5: ld t0, (s0)\n"
	"bne t0, s0, 1f\n"
	"addi s0, s0, 8\n"
	"bltu s0, s1, 5b\n",
	[start] "i"(ARRAY_AT + DATA), [end] "i"(ARRAY_END))

/* Read 8 bytes from 0 to where two pages of the array meet, and write what is
 * there and around it to 1. */
PROGRAM(caller,
	"li a0, 0\n"
	"li a1, %[where]\n"
	"li a2, 8\n"
	"li a7, %[read]\n"
	"ecall\n"
	"li a0, 1\n"
	"addi a1, a1, -4\n"
	"li a2, 16\n"
	"li a7, %[write]\n"
	"ecall\n",
	[where] "i"(STRADDLE), [read] "i"(SYS_read), [write] "i"(SYS_write))

/* Touch a page while memory is exhausted: one of the array, or with an argument
 * one of the stack. 1 is /dev/vmstat. */
PROGRAM(toucher,
	"li s0, %[array]\n"
	"addi a0, a0, -1\n"
	"beqz a0, 4f\n"
	"li t0, %[depth]\n"
	"sub s0, sp, t0\n"
	"4: li a0, 1\n"
	"lla a1, 2f\n"
	"li a2, 6\n"
	"li a7, %[write]\n"
	"ecall\n"
	"sd zero, (s0)\n"
	"li a0, 1\n"
	"lla a1, 3f\n"
	"ecall\n",
	[array] "i"(ARRAY_AT + PGSIZE), [depth] "i"(8 * PGSIZE),
	[write] "i"(SYS_write))

/* Make the file "program" of this code, with an array and a stack of that many
 * pages. */
static void make(const char *start, const char *end, long array_pages,
		 long stack_pages)
{
	static char data[DATA];

	memset(data, 'd', sizeof(data));

	struct segment segments[] = {
		{ .va = CODE_AT,
		  .rights = 5,
		  .bytes = start,
		  .size = (size_t)(end - start),
		  .room = (size_t)(end - start) },
		{ .va = ARRAY_AT,
		  .rights = 6,
		  .bytes = data,
		  .size = sizeof(data),
		  .room = (size_t)array_pages * PGSIZE },
		{ .rights = 6,
		  .room = (size_t)stack_pages * PGSIZE,
		  .is_stack = true },
	};

	make_program("program", segments, ARRAY_LEN(segments));
}

#define MAKE(name, array_pages, stack_pages)                                   \
	make(name##_start, name##_end, array_pages, stack_pages)

int start_program(int in, int out, char *argument)
{
	char *argv[] = { "program", argument, NULL };
	int pid = xfork();

	if (pid != 0)
		return pid;
	in = dup(in);
	out = dup(out);
	close(0);
	dup(in);
	close(1);
	dup(out);
	for (int fd = 3; fd < NOFILE; fd++)
		close(fd);
	exec("./program", argv);
	exit(STATUS_FAILED);
}

/* Run several programs with an array and a stack of that many pages, all at
 * once. Returns the number of frames that they take. */
static long frames_of_waiters(int count, long array_pages, long stack_pages)
{
	long before = measure().used;
	int to[2];
	int from[2];

	xpipe(to);
	xpipe(from);
	MAKE(waiter, array_pages, stack_pages);
	for (int i = 0; i < count; i++)
		start_program(to[0], from[1], NULL);
	for (int i = 0; i < count; i++)
		signal_take(from);

	long taken = measure().used - before;

	for (int i = 0; i < count; i++)
		signal_give(to);
	for (int i = 0; i < count; i++)
		xwait(0);
	xunlink("program");
	return taken;
}

static void stacks_are_only_promised(void)
{
	long taken = frames_of_waiters(1, 1, STACK_PAGES);

	CHECK(taken < STACK_PAGES / 4);
}

/* Three programs are promised twice the free memory. */
static void arrays_are_only_promised(void)
{
	long free = xvmstat("free"),
	     taken = frames_of_waiters(3, free / 3 * 2, 1);

	CHECK(taken < free / 4);
}

static void arrays_are_zero_and_can_be_written(void)
{
	long count = 64;

	pages_fill(xpages(count), count, 0x5555);
	xsbrk(-count * (long)PGSIZE); /* frames with other contents */
	MAKE(user, 3, 1);
	for (int i = 0; i < 2; i++) {
		start_program(0, 1, NULL);
		xwait(0);
	}
	xunlink("program");
}

static void calls_touch_arrays(void)
{
	char bytes[16];
	int to[2];
	int from[2];

	xpipe(to);
	xpipe(from);
	MAKE(caller, 4, 1);
	start_program(to[0], from[1], NULL);
	xwrite(to[1], "12345678", 8);
	xread(from[0], bytes, sizeof(bytes));
	CHECK_EQ(memcmp(bytes,
			"\0\0\0\0"
			"12345678"
			"\0\0\0\0",
			16),
		 0);
	xwait(0);
	xunlink("program");
}

static void check_touch_dies(char *argument)
{
	int fd = xopen(VMSTAT_PATH, O_WRONLY);

	MAKE(toucher, 4, 16);
	start_program(0, fd, argument);
	xwait(STATUS_KILLED);
	xwrite(fd, "fail 0", 6);
	xunlink("program");
}

static void touch_of_the_stack_without_memory_dies_alone(void)
{
	check_touch_dies("stack");
}

static void touch_of_an_array_without_memory_dies_alone(void)
{
	check_touch_dies(NULL);
}

const struct test lazy_program_tests[] = {
	TEST(stacks_are_only_promised),
	TEST(arrays_are_only_promised),
	TEST(arrays_are_zero_and_can_be_written),
	TEST(calls_touch_arrays),
	TEST(touch_of_the_stack_without_memory_dies_alone),
	TEST(touch_of_an_array_without_memory_dies_alone),
	TESTS_END,
};
