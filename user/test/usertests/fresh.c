/* user/test/usertests/fresh.c: a new program finds nothing that others have
 * left in memory or registers. */

#include "tests.h"

#define TEXT_VA 0x10000UL
#define DATA_VA 0x20000UL
#define DATA_SIZE 104
/* All but DATA_SIZE bytes are zero; more than exec maps at a time. */
#define DATA_ROOM ((16UL << 20) + PGSIZE)
#define FRAMES 400 /* frames to fill before each program */

static const char data[DATA_SIZE] = { 1 };

/* All registers but sp, the arguments a0 and a1, and s0 and s1. */
#define REGISTERS                                                              \
	"gp, tp, ra, t0, t1, t2, t3, t4, t5, t6, a2, a3, a4, a5, a6, a7, "     \
	"s2, s3, s4, s5, s6, s7, s8, s9, s10, s11"

/* The part of the program below that finds the statuses 6 and 7. */
#define LOOK_AT_ARGUMENTS                                                      \
	"li a0, 6\n"                                                           \
	"ld t1, 0(a1)\n"                                                       \
	"addi t0, a1, 8\n"                                                     \
	"bltu t1, t0, 7f\n"                                                    \
	"5: lbu t2, 0(t0)\n"                                                   \
	"bgeu t0, t1, 6f\n"                                                    \
	"bnez t2, 9f\n"                                                        \
	"addi t0, t0, 1\n"                                                     \
	"j 5b\n"                                                               \
	"6: addi t0, t1, 2\n"                                                  \
	"and t2, t0, t3\n"                                                     \
	"beqz t2, 7f\n"                                                        \
	"lbu t2, 0(t0)\n"                                                      \
	"addi t1, t1, 1\n"                                                     \
	"beqz t2, 6b\n"                                                        \
	"j 9f\n"                                                               \
	"7: li a0, 7\n"                                                        \
	"andi t2, sp, 15\n"                                                    \
	"bnez t2, 9f\n"

/* A program that returns 0 if it finds nothing but zeros. Otherwise its status
 * says where it found something else: 1: in an integer register, 2: in a
 * floating-point register, 3: after the bytes of its data, 4: in the stack
 * page, below what exec puts there, 5: after its text, 6: in the stack page,
 * between argv and its only string, or after that string, 7: the stack pointer
 * is not a multiple of 16, as the calling convention demands. */
extern const char look_start[], look_end[];
static void look_around(void) __attribute__((used, noinline));
static void look_around(void)
{
	__asm__ volatile(
		".option push\n"
		".option norelax\n"
		"look_start:\n"
		"or s0, s0, s1\n"
		".irp r, " REGISTERS "\n"
		"or s0, s0, \\r\n"
		".endr\n"
		"li a0, 1\n"
		"bnez s0, 9f\n"
		".irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, "
		"13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, "
		"26, 27, 28, 29, 30, 31\n"
		"fmv.x.d t0, f\\n\n"
		"or s0, s0, t0\n"
		".endr\n"
		"frcsr t0\n"
		"or s0, s0, t0\n"
		"li a0, 2\n"
		"bnez s0, 9f\n"
		"li a0, 3\n"
		"li t0, %[data]\n"
		"li t1, %[data_end]\n"
		"1: ld t2, 0(t0)\n"
		"bnez t2, 9f\n"
		"addi t0, t0, 8\n"
		"bltu t0, t1, 1b\n"
		"li a0, 4\n"
		"addi t0, sp, -1\n"
		"li t1, -4096\n"
		"and t0, t0, t1\n"
		"2: bgeu t0, sp, 3f\n"
		"ld t2, 0(t0)\n"
		"bnez t2, 9f\n"
		"addi t0, t0, 8\n"
		"j 2b\n"
		"3: li a0, 5\n"
		"lla t0, look_end\n"
		"li t3, 4095\n"
		"4: ld t2, 0(t0)\n"
		"bnez t2, 9f\n"
		"addi t0, t0, 8\n"
		"and t1, t0, t3\n"
		"bnez t1, 4b\n" LOOK_AT_ARGUMENTS "li a0, 0\n"
		"9: li a7, %[exit]\n"
		"ecall\n"
		".balign 8\n"
		"look_end:\n"
		".option pop"
		:
		: [data] "i"(DATA_VA + DATA_SIZE),
		  [data_end] "i"(DATA_VA + DATA_ROOM), [exit] "i"(SYS_exit));
}

/* Fill frames and free them at once, so that the next program gets some of
 * them. */
static void leave_traces(void)
{
	IN_CHILD()
		memset(xpages(FRAMES), 0xee, FRAMES * PGSIZE);
	xwait(0);
}

/* Call exec with a nonzero value in every register of the program. */
static void exec_with_full_registers(const char *path)
{
	char *argv[] = { "x", NULL };
	register const char *a0 __asm__("a0") = path;
	register char **a1 __asm__("a1") = argv;

	__asm__ volatile(
		".irp r, gp, tp, t0, t1, t2, t3, t4, t5, t6, a2, a3, a4, a5, "
		"a6, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11\n"
		"li \\r, -1\n"
		".endr\n"
		".irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, "
		"15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, "
		"30, 31\n"
		"fmv.d.x f\\n, t0\n"
		".endr\n"
		"li t0, 0x7f\n"
		"fscsr t0\n"
		"li a7, %[exec]\n"
		"ecall\n"
		:
		: "r"(a0), "r"(a1), [exec] "i"(SYS_exec)
		: "memory");
	fail("exec returned");
}

static void check_new_program(uint64 text_va)
{
	size_t size = (size_t)(look_end - look_start);
	const struct segment segments[] = {
		{ text_va, 5, look_start, size, size, false },
		{ DATA_VA, 6, data, DATA_SIZE, DATA_ROOM, false },
	};

	make_program("program", segments, ARRAY_LEN(segments));
	leave_traces();
	IN_CHILD()
		exec_with_full_registers("./program");
	xwait(0);
}

static void new_program_finds_nothing_of_others(void)
{
	for (int round = 0; round < 3; round++)
		check_new_program(TEXT_VA);
}

/* A segment may begin anywhere in a page and end in the next one. */
static void segment_may_cross_pages(void)
{
	check_new_program(TEXT_VA + PGSIZE - 8);
	check_new_program(TEXT_VA + PGSIZE - 200);
	check_new_program(TEXT_VA + 8);
}

/* A program that writes the instruction `ret` to the page at JOINT_VA and calls
 * it there. It returns 0. */
#define JOINT_VA (TEXT_VA + 3 * PGSIZE)
extern const char joint_start[], joint_end[];
static void use_joint(void) __attribute__((used, noinline));
static void use_joint(void)
{
	__asm__ volatile("joint_start:\n"
			 "li t0, %[joint]\n"
			 "li t1, 0x8067\n"
			 "lw a0, 0(t0)\n"
			 "sw t1, 0(t0)\n"
			 "fence.i\n"
			 "jalr t0\n"
			 "li a7, %[exit]\n"
			 "ecall\n"
			 "joint_end:\n"
			 :
			 : [joint] "i"(JOINT_VA), [exit] "i"(SYS_exit));
}

/* The text ends in the page in which the data begins, with bytes of the file or
 * only with zeros. */
static void check_joint(bool whole_text, size_t data_size)
{
	enum { ROOM = 3 * PGSIZE + 100 };
	static char text[ROOM];
	char *argv[] = { "x", NULL };
	size_t size = (size_t)(joint_end - joint_start);
	const struct segment segments[] = {
		{ TEXT_VA, 5, text, whole_text ? ROOM : size, ROOM, false },
		{ JOINT_VA + 200, 6, data, data_size, PGSIZE, false },
	};

	memcpy(text, joint_start, size);
	make_program("program", segments, ARRAY_LEN(segments));
	IN_CHILD() {
		exec("./program", argv);
		fail("exec: %s", strerror(errno));
	}
	xwait(0);
}

static void page_of_two_segments_has_the_rights_of_both(void)
{
	check_joint(false, DATA_SIZE);
	check_joint(false, 0);
	check_joint(true, DATA_SIZE);
	check_joint(true, 0);
}

enum { MANY = 40 }; /* segments, each in a page of its own */

/* A program that adds up the first byte of each of its MANY pages of data, and
 * returns the sum. */
extern const char sum_start[], sum_end[];
static void sum_up(void) __attribute__((used, noinline));
static void sum_up(void)
{
	__asm__ volatile(
		"sum_start:\n"
		"li a0, 0\n"
		"li t0, %[data]\n"
		"li t1, %[count]\n"
		"1: lbu t2, 0(t0)\n"
		"add a0, a0, t2\n"
		"li t2, 4096\n"
		"add t0, t0, t2\n"
		"addi t1, t1, -1\n"
		"bnez t1, 1b\n"
		"li a7, %[exit]\n"
		"ecall\n"
		"sum_end:\n"
		:
		: [data] "i"(DATA_VA), [count] "i"(MANY), [exit] "i"(SYS_exit));
}

static void program_may_have_many_segments(void)
{
	char *argv[] = { "x", NULL };
	size_t size = (size_t)(sum_end - sum_start);
	struct segment segments[MANY + 1] = {
		{ TEXT_VA, 5, sum_start, size, size, false },
	};

	for (uint i = 0; i < MANY; i++)
		segments[i + 1] = (struct segment){ DATA_VA + i * PGSIZE,
						    i % 2 ? 4 : 6,
						    data,
						    1,
						    PGSIZE,
						    false };
	make_program("program", segments, MANY + 1);
	IN_CHILD() {
		exec("./program", argv);
		fail("exec: %s", strerror(errno));
	}
	xwait(MANY);
}

static void check_stack(size_t bytes, int reason)
{
	char *argv[] = { "x", NULL };
	size_t size = (size_t)(look_end - look_start);
	const struct segment segments[] = {
		{ TEXT_VA, 5, look_start, size, size, false },
		{ DATA_VA, 6, data, DATA_SIZE, DATA_ROOM, false },
		{ 0, 6, data, 0, bytes, true },
	};

	make_program("program", segments, ARRAY_LEN(segments));
	if (reason != 0) {
		CHECK_FAILS(exec("./program", argv), reason);
		return;
	}
	IN_CHILD()
		exec_with_full_registers("./program");
	xwait(0);
}

/* A program may ask for a stack of any size, if memory suffices. */
static void stack_may_have_any_size(void)
{
	uint64 room = (uint64)xvmstat("free") * PGSIZE - DATA_ROOM;

	check_stack(1, 0);
	check_stack(PGSIZE, 0);
	check_stack(room > 40UL << 20 ? 20UL << 20 : room / 2, 0);
	check_stack((64UL << 20) + 1, ENOMEM);
	check_stack(USER_TOP, ENOMEM);
	check_stack(1UL << 63, ENOMEM);
	check_stack(-PGSIZE, ENOMEM);
	check_stack(-1UL, ENOMEM);
}

/* A program that stores to the lowest byte of its stack, whose size follows the
 * text. */
extern const char reach_start[], reach_end[];
static void reach_down(void) __attribute__((used, noinline));
static void reach_down(void)
{
	__asm__ volatile(".option push\n"
			 ".option norelax\n"
			 "reach_start:\n"
			 "lla t0, reach_end\n"
			 "ld t1, 0(t0)\n"
			 "li t2, 4095\n"
			 "add t0, sp, t2\n"
			 "not t2, t2\n"
			 "and t0, t0, t2\n"
			 "sub t0, t0, t1\n"
			 "sb zero, 0(t0)\n"
			 "li a0, 0\n"
			 "li a7, %[exit]\n"
			 "ecall\n"
			 ".balign 8\n"
			 "reach_end:\n"
			 ".option pop"
			 :
			 : [exit] "i"(SYS_exit));
}

static void stack_has_all_its_bytes(void)
{
	static const uint64 sizes[] = { 1,          PGSIZE,         PGSIZE + 1,
					2 * PGSIZE, 3 * PGSIZE - 1, 65536 };
	static char text[PGSIZE];
	char *argv[] = { "x", NULL };
	size_t size = (size_t)(reach_end - reach_start);

	memcpy(text, reach_start, size);
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		const struct segment segments[] = {
			{ TEXT_VA, 5, text, size + 8, size + 8, false },
			{ 0, 6, data, 0, sizes[i], true },
		};

		memcpy(text + size, &sizes[i], sizeof(sizes[i]));
		make_program("program", segments, ARRAY_LEN(segments));
		IN_CHILD() {
			exec("./program", argv);
			fail("exec: %s", strerror(errno));
		}
		xwait(0);
	}
}

const struct test fresh_tests[] = {
	TEST(new_program_finds_nothing_of_others),
	TEST(segment_may_cross_pages),
	TEST(page_of_two_segments_has_the_rights_of_both),
	TEST(program_may_have_many_segments),
	TEST(stack_may_have_any_size),
	TEST(stack_has_all_its_bytes),
	TESTS_END,
};
