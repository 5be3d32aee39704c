/* user/test/usertests/memory.c: heap, stack, and forbidden accesses. */

#include "tests.h"

static void load_from(uint64 va)
{
	(void)*(volatile char *)va;
}

static void store_to(uint64 va)
{
	*(volatile char *)va = 1;
}

static void jump_to(uint64 va)
{
	void (*there)(void) = (void (*)(void))va;

	there();
}

static void check_kills(void (*access)(uint64 va), uint64 va)
{
	IN_CHILD()
		access(va);
	xwait(STATUS_KILLED);
}

static void check_all_kill(void (*access)(uint64 va),
			   const struct bad_address *list)
{
	EACH_BAD(bad, list) {
		if (bad->good_bytes == 0)
			check_kills(access, bad->va);
	}
}

/* ---- the heap ---- */

static void sbrk_returns_the_old_end(void)
{
	char *end = xsbrk(0);

	CHECK(xsbrk(100) == end);
	CHECK(xsbrk(5000) == end + 100);
	CHECK(xsbrk(-5100) == end + 5100);
	CHECK(xsbrk(0) == end);
}

static void new_heap_is_zero(void)
{
	enum { COUNT = 10 };
	char *pages = xpages(COUNT);

	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < COUNT * PGSIZE; i++)
			CHECK_EQ(pages[i], 0);
		memset(pages, 1, COUNT * PGSIZE);
		xsbrk(-COUNT * (long)PGSIZE);
		CHECK(xpages(COUNT) == pages);
	}
}

static void shrunk_heap_is_gone(void)
{
	char *pages = xpages(2);

	pages[PGSIZE] = 1;
	xsbrk(-(long)PGSIZE);
	pages[0] = 1;
	check_kills(load_from, (uint64)pages + PGSIZE);
	check_kills(store_to, (uint64)pages + PGSIZE);
}

/* Store through a translation that the hart may still cache. */
static void shrunk_heap_is_gone_at_once(void)
{
	char *pages = xpages(2);

	IN_CHILD() {
		pages[PGSIZE] = 1;
		xsbrk(-(long)PGSIZE);
		pages[PGSIZE] = 2;
	}
	xwait(STATUS_KILLED);
}

static void page_stays_while_a_byte_of_it_is_used(void)
{
	char *pages = xpages(2);

	pages[PGSIZE] = 7;
	xsbrk(-(long)PGSIZE + 1);
	CHECK_EQ(pages[PGSIZE], 7);
	xsbrk((long)PGSIZE - 1);
	CHECK_EQ(pages[PGSIZE], 7);
}

static void heap_cannot_shrink_below_its_start(void)
{
	char *end = xsbrk(0);
	long heap = (long)((uint64)end - stack_top());
	int on_stack = 1;

	CHECK_FAILS((long)sbrk(-heap - 1), EINVAL);
	CHECK_FAILS((long)sbrk(-(long)(uint64)end), EINVAL);
	CHECK_FAILS((long)sbrk(-(long)(uint64)end - 1), EINVAL);
	CHECK_FAILS((long)sbrk((long)(1UL << 63)), EINVAL);
	CHECK(xsbrk(0) == end);
	CHECK_EQ(on_stack, 1);
}

static void heap_cannot_grow_without_end(void)
{
	char *end = xsbrk(0);

	CHECK_FAILS((long)sbrk(1L << 40), ENOMEM);
	CHECK_FAILS((long)sbrk(0x7fffffffffffffff), ENOMEM);
	CHECK_FAILS((long)sbrk((long)(USER_TOP - (uint64)end + 1)), ENOMEM);
	CHECK_FAILS((long)sbrk((long)(xvmstat("total") * (long)PGSIZE)),
		    ENOMEM);
	CHECK(xsbrk(0) == end);
	*(char *)xsbrk(1) = 1;
}

/* A small program can allocate all free memory, and frees it again. */
static void heap_takes_all_memory(void)
{
	char *start = xpages(1);
	long step = xvmstat("free") / 16 * (long)PGSIZE;
	int steps = 0, fd = xopen(VMSTAT_PATH, O_RDONLY);

	while (sbrk(step) != SBRK_FAILED)
		steps++;
	CHECK_EQ(errno, ENOMEM);
	CHECK(steps >= 13);
	while (sbrk(PGSIZE) != SBRK_FAILED)
		;
	/* A kernel may allocate a page when it is touched, and kill a process
	 * for which there is none. A call that touches it fails instead. */
	for (char *page = start; page < (char *)sbrk(0); page += PGSIZE)
		if (fstat(fd, (struct stat *)page) < 0)
			break;
	CHECK(xvmstat("free") < 8);
}

/* The end must be right to the byte, and no page may be lost below it, whether
 * the heap moves by little or by so much that the kernel does it in parts. */
static void check_heap_moves(long bytes)
{
	char *start = xsbrk(100) + 99; /* the last byte that must stay */

	*start = 7;
	CHECK(xsbrk(bytes) == start + 1);
	CHECK(xsbrk(0) == start + 1 + bytes);
	CHECK_EQ(start[bytes], 0);
	start[bytes] = 7;
	CHECK(xsbrk(-bytes) == start + 1 + bytes);
	CHECK(xsbrk(0) == start + 1);
	CHECK_EQ(*start, 7);
	check_kills(load_from, ((uint64)start | (PGSIZE - 1)) + 1);
	xsbrk(-100);
}

static void heap_moves_to_the_byte(void)
{
	static const long mebibytes[] = { 1, 16, 33 };
	long most = xvmstat("free") * (long)PGSIZE - (1 << 20);

	for (size_t i = 0; i < ARRAY_LEN(mebibytes); i++)
		for (long more = -1; more <= 1; more++)
			if (mebibytes[i] << 20 < most)
				check_heap_moves((mebibytes[i] << 20) + more);
}

/* A heap that ends where a table of page-table entries does needs no next one,
 * in a process that shares its pages, too. */
static void check_table_goes(void)
{
	struct vmstat before = measure();
	*(char *)xsbrk(1) = 1;
	struct vmstat grown = measure();
	xsbrk(-1);
	struct vmstat after = measure();

	CHECK_EQ(grown.used - before.used, 2);
	CHECK_EQ(after.used - before.used, 0);
}

static void table_goes_with_its_last_page(void)
{
	uint64 end = (uint64)xsbrk(0);

	xsbrk((long)(-end % (512 * PGSIZE)));
	check_table_goes();
	IN_MEASURED_CHILD()
		check_table_goes();
	xwait(0);
}

/* ---- the stack ---- */

static void whole_stack_is_usable(void)
{
	char here;
	uint64 bottom = stack_top() - STACK_SIZE;

	for (uint64 va = (uint64)&here & ~(PGSIZE - 1); va >= bottom;
	     va -= PGSIZE)
		store_to(va);
}

/* A local array that is too large for the stack must kill the program, whatever
 * the size of the array. */
static void gap_below_stack_is_not_mapped(void)
{
	uint64 end = stack_guard() + PGSIZE;

	for (uint64 below = PGSIZE; below <= STACK_GAP; below *= 4)
		check_kills(store_to, end - below);
	check_kills(load_from, end - STACK_GAP);
}

static void page_below_stack_is_a_guard(void)
{
	uint64 guard = stack_guard();

	check_kills(load_from, guard);
	check_kills(store_to, guard + PGSIZE - 1);
	check_kills(store_to, guard);
}

static int recurse(volatile int *depth)
{
	volatile int deeper = *depth + 1;

	return deeper < 0 ? 0 : recurse(&deeper) + *depth;
}

static void deep_recursion_dies_alone(void)
{
	IN_CHILD() {
		volatile int depth = 0;

		recurse(&depth);
	}
	xwait(STATUS_KILLED);
}

/* ---- wild accesses ---- */

static void wild_load_dies_alone(void)
{
	check_all_kill(load_from, bad_to_load());
}

/* Calf's programs have nothing in their first page. */
static void null_is_not_mapped(void)
{
	static volatile uint64 null; /* volatile hides the value from gcc */

	check_kills(load_from, null);
	check_kills(load_from, null + PGSIZE - 8);
	check_kills(store_to, null);
	check_kills(jump_to, null);
}

static void wild_store_dies_alone(void)
{
	check_all_kill(store_to, bad_to_store());
}

static void wild_jump_dies_alone(void)
{
	check_all_kill(jump_to, bad_to_load());
}

static void data_is_not_executable(void)
{
	static volatile uint ret = 0x00008067; /* the instruction `ret` */
	uint *on_heap = (uint *)xpages(1);
	uint on_stack = ret;

	*on_heap = ret;
	check_kills(jump_to, (uint64)&ret);
	check_kills(jump_to, (uint64)on_heap);
	check_kills(jump_to, (uint64)&on_stack);
}

/* Only a part of the access is allowed. */
static void straddling_access_dies_alone(void)
{
	volatile uint64 *word = (uint64 *)(xpages(1) + PGSIZE - 4);

	IN_CHILD()
		exit((int)*word);
	xwait(STATUS_KILLED);
	IN_CHILD()
		*word = 1;
	xwait(STATUS_KILLED);
}

static void bad_instruction_dies_alone(void)
{
	IN_CHILD()
		__asm__ volatile(".word 0");
	xwait(STATUS_KILLED);
	IN_CHILD()
		__asm__ volatile("ebreak");
	xwait(STATUS_KILLED);
}

static void privileged_instruction_dies_alone(void)
{
	uint64 value;

	IN_CHILD()
		__asm__ volatile("csrr %0, sstatus" : "=r"(value));
	xwait(STATUS_KILLED);
	IN_CHILD()
		__asm__ volatile("csrw satp, zero");
	xwait(STATUS_KILLED);
	IN_CHILD()
		__asm__ volatile("sret");
	xwait(STATUS_KILLED);
	IN_CHILD()
		__asm__ volatile("sfence.vma");
	xwait(STATUS_KILLED);
}

/* What is shown as free can be used. A page may take two frames, with its
 * table. */
static void free_frames_can_be_used(void)
{
	enum { LAST = 20 };

	IN_CHILD() {
		own_stack();

		long count = xvmstat("free");

		count -= count / 512 + LAST;
		pages_fill(xpages(count), count, 1);
		while (xvmstat("free") > 1)
			*xpages(1) = 1;
	}
	xwait(0);
}

const struct test memory_tests[] = {
	TEST(sbrk_returns_the_old_end),
	TEST(new_heap_is_zero),
	TEST(shrunk_heap_is_gone),
	TEST(shrunk_heap_is_gone_at_once),
	TEST(page_stays_while_a_byte_of_it_is_used),
	TEST(heap_cannot_shrink_below_its_start),
	TEST(heap_cannot_grow_without_end),
	TEST(heap_takes_all_memory),
	TEST(heap_moves_to_the_byte),
	TEST(table_goes_with_its_last_page),
	TEST(whole_stack_is_usable),
	TEST(page_below_stack_is_a_guard),
	TEST(gap_below_stack_is_not_mapped),
	TEST(deep_recursion_dies_alone),
	TEST(wild_load_dies_alone),
	TEST(null_is_not_mapped),
	TEST(wild_store_dies_alone),
	TEST(wild_jump_dies_alone),
	TEST(data_is_not_executable),
	TEST(straddling_access_dies_alone),
	TEST(bad_instruction_dies_alone),
	TEST(privileged_instruction_dies_alone),
	TEST(free_frames_can_be_used),
	TESTS_END,
};
