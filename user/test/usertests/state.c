/* user/test/usertests/state.c: the state that system calls and other processes
 * must not change. */

#include "counters.h"
#include "tests.h"

/* ---- registers ---- */

/* All registers but zero, sp, a0, a1 and a7. */
#define KEPT                                                                   \
	"ra, gp, tp, a2, a3, a4, a5, a6, t0, t1, t2, t3, t4, t5, t6, "         \
	"s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11"

/* Save what a function must keep, below sp, and give it back. */
#define SAVE                                                                   \
	"addi sp, sp, -128\n"                                                  \
	"sd ra, 0(sp); sd gp, 8(sp); sd tp, 16(sp); sd s0, 24(sp)\n"           \
	"sd s1, 32(sp); sd s2, 40(sp); sd s3, 48(sp); sd s4, 56(sp)\n"         \
	"sd s5, 64(sp); sd s6, 72(sp); sd s7, 80(sp); sd s8, 88(sp)\n"         \
	"sd s9, 96(sp); sd s10, 104(sp); sd s11, 112(sp)\n"
#define GIVE_BACK                                                              \
	"ld ra, 0(sp); ld gp, 8(sp); ld tp, 16(sp); ld s0, 24(sp)\n"           \
	"ld s1, 32(sp); ld s2, 40(sp); ld s3, 48(sp); ld s4, 56(sp)\n"         \
	"ld s5, 64(sp); ld s6, 72(sp); ld s7, 80(sp); ld s8, 88(sp)\n"         \
	"ld s9, 96(sp); ld s10, 104(sp); ld s11, 112(sp)\n"                    \
	"addi sp, sp, 128\n"

/* Give each of them a value, and make a call. Returns nonzero if one of them,
 * or a7, has changed. */
uint64 changed_by_call(long number, long a0);
__asm__(".pushsection .text\n"
	"changed_by_call:\n" SAVE "sd a0, 120(sp)\n"
	"mv a7, a0\n"
	"mv a0, a1\n"
	".irp r, " KEPT "\n"
	"addi \\r, sp, 77\n"
	".endr\n"
	"ecall\n"
	"ld a0, 120(sp)\n"
	"sub a0, a7, a0\n"
	".irp r, " KEPT "\n"
	"sub \\r, \\r, sp; addi \\r, \\r, -77\n"
	"or a0, a0, \\r\n"
	".endr\n" GIVE_BACK "ret\n"
	".popsection");

/* A child has the registers of its parent. */
static void fork_keeps_registers(void)
{
	int parent = getpid();
	uint64 changed = changed_by_call(SYS_fork, 0);

	if (getpid() != parent)
		exit(changed != 0);
	CHECK_EQ(changed, 0);
	xwait(0);
}

static void calls_keep_registers(void)
{
	CHECK_EQ(changed_by_call(SYS_getpid, 0), 0);
	CHECK_EQ(changed_by_call(SYS_close, -1), 0);
	CHECK_EQ(changed_by_call(SYS_sleep, 1), 0);
	CHECK_EQ(changed_by_call(SYS_sbrk, 0), 0);
	CHECK_EQ(changed_by_call(12345, 0), 0);
}

/* Define uint64 name(char *at), which gives all registers but sp and `base` a
 * value, stores 0 to *at, and returns nonzero if one of them has changed. */
#define STORE_WITH(name, base, others)                                         \
	uint64 name(char *at);                                                 \
	__asm__(".pushsection .text\n" #name ":\n" SAVE "mv " base ", a0\n"    \
		".irp r, " others "\n"                                         \
		"addi \\r, sp, 77\n"                                           \
		".endr\n"                                                      \
		"sb zero, 0(" base ")\n"                                       \
		"li " base ", 0\n"                                             \
		".irp r, " others "\n"                                         \
		"sub \\r, \\r, sp; addi \\r, \\r, -77\n"                       \
		"or " base ", " base ", \\r\n"                                 \
		".endr\n"                                                      \
		"mv a0, " base "\n" GIVE_BACK "ret\n"                          \
		".popsection")

STORE_WITH(store_with_a0, "a0", KEPT ", a1, a7");
STORE_WITH(store_with_a1, "a1", KEPT ", a0, a7");

/* The kernel may copy the page, or let the last owner have it. */
static void faults_keep_registers(void)
{
	char *pages = xpages(2);

	memset(pages, 1, 2 * PGSIZE);
	IN_CHILD() {
		CHECK_EQ(store_with_a0(pages), 0);
		CHECK_EQ(store_with_a1(pages + PGSIZE), 0);
		CHECK(pages[0] == 0 && pages[PGSIZE] == 0);
	}
	xwait(0);
	CHECK_EQ(store_with_a0(pages), 0);
	CHECK_EQ(store_with_a1(pages + PGSIZE), 0);
}

static void check_unknown(long number)
{
	register long a0 __asm__("a0") = 0;
	register long a1 __asm__("a1") = 0;
	register long a7 __asm__("a7") = number;

	__asm__ volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a7));

	long result = a0;
	long reason = a1;

	if (result != -1 || reason != ENOSYS)
		fail("call %ld gives %ld, %ld", number, result, reason);
}

static void unknown_call_fails(void)
{
	static const long numbers[] = { 0, 24, 99, SYSCALL_END, -1, 1L << 62 };

	for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
		check_unknown(numbers[i]);
}

static uint64 float_get(void)
{
	uint64 value;

	__asm__ volatile("fmv.x.d %0, fs3" : "=r"(value));
	return value;
}

static void float_set(uint64 value)
{
	__asm__ volatile("fmv.d.x fs3, %0" : : "r"(value) : "fs3");
}

/* More processes compute than there are harts. */
static void float_registers_are_private(void)
{
	float_set(4711);
	for (uint64 i = 1; i <= 10; i++) {
		IN_CHILD() {
			CHECK_EQ(float_get(), 4711);
			float_set(i);
			for (int round = 0; round < 20; round++) {
				for (volatile int n = 0; n < 20000; n++)
					;
				if (round % 5 == 0)
					sleep(1);
				CHECK_EQ(float_get(), i);
			}
		}
	}
	for (int i = 0; i < 10; i++)
		xwait(0);
	CHECK_EQ(float_get(), 4711);
}

/* The same for a register that no function saves when it begins. */
static uint64 temporary_get(void)
{
	uint64 value;

	__asm__ volatile("fmv.x.d %0, ft0" : "=r"(value));
	return value;
}

static void temporary_set(uint64 value)
{
	__asm__ volatile("fmv.d.x ft0, %0" : : "r"(value) : "ft0");
}

/* The children have used no floating point yet, but the hart has, for a process
 * that sleeps when they look. What they find must be theirs to keep. */
static void first_float_is_zero(void)
{
	enum { CHILDREN = 8 };
	int begin[2], done[2], end[2];
	char byte = 0;

	xpipe(begin);
	xpipe(done);
	xpipe(end);
	for (int i = 0; i < CHILDREN; i++)
		IN_CHILD() {
			xread(begin[0], &byte, 1);
			CHECK_EQ(temporary_get(), 0);
			xwrite(done[1], &byte, 1);
			xread(end[0], &byte, 1);
			CHECK_EQ(temporary_get(), 0);
		}
	temporary_set(4711);
	for (int i = 0; i < CHILDREN; i++) {
		xwrite(begin[1], &byte, 1);
		xread(done[0], &byte, 1);
	}
	for (int i = 0; i < CHILDREN; i++) {
		temporary_set(4711);
		xwrite(end[1], &byte, 1);
		xwait(0);
	}
}

#define ALL_FLOATS                                                             \
	"0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, "   \
	"19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31"

/* Give each floating-point register a value of its own, and fcsr one. */
static void floats_set(uint64 seed)
{
	__asm__ volatile("mv t0, %0\n"
			 ".irp n, " ALL_FLOATS "\n"
			 "addi t0, t0, 1\n"
			 "fmv.d.x f\\n, t0\n"
			 ".endr\n"
			 "andi t0, %0, 0x7f\n"
			 "fscsr t0"
			 :
			 : "r"(seed)
			 : "t0");
}

/* Nonzero if one has another value. */
static uint64 floats_changed(uint64 seed)
{
	uint64 changed;

	__asm__ volatile("frcsr t1\n"
			 "andi t0, %1, 0x7f\n"
			 "xor t2, t0, t1\n"
			 "mv t0, %1\n"
			 ".irp n, " ALL_FLOATS "\n"
			 "addi t0, t0, 1\n"
			 "fmv.x.d t1, f\\n\n"
			 "xor t1, t1, t0\n"
			 "or t2, t2, t1\n"
			 ".endr\n"
			 "mv %0, t2"
			 : "=r"(changed)
			 : "r"(seed)
			 : "t0", "t1", "t2");
	return changed;
}

/* Through fork, and while others compute with theirs. */
static void all_float_registers_are_kept(void)
{
	floats_set(0x1234567800000041);
	CHECK_EQ(floats_changed(0x1234567800000041), 0);
	for (uint64 i = 1; i <= 3; i++) {
		IN_CHILD() {
			CHECK_EQ(floats_changed(0x1234567800000041), 0);
			floats_set(i << 40 | i);
			for (int round = 0; round < 3; round++) {
				sleep(1);
				CHECK_EQ(floats_changed(i << 40 | i), 0);
			}
		}
	}
	for (int i = 0; i < 3; i++)
		xwait(0);
	CHECK_EQ(floats_changed(0x1234567800000041), 0);
	__asm__ volatile("fscsr zero");
}

#define FIRST_FLOAT(code)                                                      \
	do {                                                                   \
		IN_CHILD()                                                     \
			__asm__ volatile("mv a5, %0\n" code                    \
					 :                                     \
					 : "r"(word)                           \
					 : "a4", "a5", "fa0", "memory");       \
		xwait(0);                                                      \
	} while (0)

/* Each kind of instruction that needs the registers, as the first one of a
 * process. */
static void any_float_instruction_can_be_first(void)
{
	static uint64 place[2];
	uint64 *word = place;

	FIRST_FLOAT("frcsr a4");
	FIRST_FLOAT("frrm a4");
	FIRST_FLOAT("fsflags zero");
	FIRST_FLOAT("flw fa0, 0(a5)");
	FIRST_FLOAT(".option push; .option norvc; fld fa0, 0(a5); .option pop");
	FIRST_FLOAT("fsw fa0, 0(a5)");
	FIRST_FLOAT(".option push; .option norvc; fsd fa0, 0(a5); .option pop");
	FIRST_FLOAT("c.fld fa0, 0(a5)");
	FIRST_FLOAT("c.fsd fa0, 0(a5)");
	FIRST_FLOAT("addi sp, sp, -16; c.fsdsp fa0, 0(sp); addi sp, sp, 16");
	FIRST_FLOAT("c.fldsp fa0, 0(sp)");
	FIRST_FLOAT("fmadd.s fa0, fa0, fa0, fa0");
	FIRST_FLOAT("fmsub.d fa0, fa0, fa0, fa0");
	FIRST_FLOAT("fnmsub.d fa0, fa0, fa0, fa0");
	FIRST_FLOAT("fnmadd.s fa0, fa0, fa0, fa0");
	FIRST_FLOAT("fadd.d fa0, fa0, fa0");
	FIRST_FLOAT("fcvt.d.l fa0, a5");
	FIRST_FLOAT("feq.s a4, fa0, fa0");
	FIRST_FLOAT("fmv.d.x fa0, a5");
}

static void counters_can_be_read(void)
{
	uint64 cycle = rdcycle();
	uint64 time = rdtime();
	uint64 instret = rdinstret();

	for (volatile int i = 0; i < 100000; i++)
		;
	CHECK(rdcycle() > cycle);
	CHECK(rdtime() > time);
	CHECK(rdinstret() > instret);
}

/* ---- counters ---- */

static void store_into_text(void)
{
	*(volatile char *)store_into_text = 0;
}

static void load_from_nowhere(void)
{
	(void)*(volatile char *)USER_END;
}

static void jump_to_nowhere(void)
{
	((void (*)(void))(uint64)(USER_END - PGSIZE))();
}

/* Faults of each kind, frames cleared, and frames for page tables. */
static void counters_show_what_memory_does(void)
{
	static void (*const wild[])(
		void) = { store_into_text, load_from_nowhere, jump_to_nowhere };
	enum { PAGES = 1100 };

	struct vmstat before = measure();
	pages_fill(xpages(PAGES), PAGES, 1);
	struct vmstat grown = measure();
	CHECK_EQ(grown.zero_fill - before.zero_fill, PAGES);
	CHECK(grown.table - before.table >= 2);
	CHECK_EQ(grown.used - before.used, PAGES + grown.table - before.table);
	CHECK_EQ(grown.fork, before.fork);
	xsbrk(-PAGES * (long)PGSIZE);

	struct vmstat shrunk = measure();
	CHECK_EQ(shrunk.table, before.table);
	CHECK_EQ(shrunk.used, before.used);
	CHECK_EQ(shrunk.zero_fill, grown.zero_fill);
	for (size_t i = 0; i < ARRAY_LEN(wild); i++) {
		IN_CHILD()
			wild[i]();
		xwait(STATUS_KILLED);
	}

	struct vmstat after = measure();
	CHECK_EQ(after.fault_load - shrunk.fault_load, 1);
	CHECK_EQ(after.fault_exec - shrunk.fault_exec, 1);
	CHECK(after.fault_store - shrunk.fault_store >= 1);
	CHECK_EQ(after.fork - shrunk.fork, (long)ARRAY_LEN(wild));
	CHECK_EQ(after.procs, before.procs);
	CHECK_EQ(after.total, after.free + after.used);
}

const struct test state_tests[] = {
	TEST(calls_keep_registers),
	TEST(fork_keeps_registers),
	TEST(faults_keep_registers),
	TEST(unknown_call_fails),
	TEST(float_registers_are_private),
	TEST(all_float_registers_are_kept),
	TEST(any_float_instruction_can_be_first),
	TEST(first_float_is_zero),
	TEST(counters_can_be_read),
	TEST(counters_show_what_memory_does),
	TESTS_END,
};
