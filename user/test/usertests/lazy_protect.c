/* user/test/usertests/lazy_protect.c: memory whose rights a program changes,
 * and pages that it drops. */

#include "mapping.h"

#define RW (PROT_READ | PROT_WRITE)

enum { SEED = 0x2468, SEED_CHILD = 0x1357 };

/* li a0, n; ret */
static void write_code(uint *code, uint n)
{
	code[0] = 0x00000513 | n << 20;
	code[1] = 0x00008067;
}

static int call_at(const uint *code)
{
	return ((int (*)(void))(uint64)code)();
}

/* ---- rights ---- */

/* The hart has just used them, on any page of the range. */
static void rights_are_lost_at_once(void)
{
	enum { COUNT = 4 };

	for (int i = 0; i < 2 * COUNT; i++) {
		bool store = i % 2;

		IN_CHILD() {
			char *map = xmap_filled(COUNT, SEED);
			volatile char *byte = map + i / 2 * PGSIZE;

			*byte = 1;
			mprotect(map, COUNT * PGSIZE,
				 store ? PROT_READ : PROT_NONE);
			if (store)
				*byte = 2;
			else
				exit(*byte);
		}
		xwait(STATUS_KILLED);
	}
}

/* The same for code that has just run. */
static void right_to_run_is_lost_at_once(void)
{
	static const int rights[] = { PROT_NONE, PROT_READ, RW };

	for (size_t i = 0; i < ARRAY_LEN(rights); i++) {
		IN_CHILD() {
			uint *code = (uint *)xmap(1);

			xprotect((char *)code, 1, RW | PROT_EXEC);
			write_code(code, 7);
			__asm__ volatile("fence.i" : : : "memory");
			CHECK_EQ(call_at(code), 7);
			mprotect((char *)code, PGSIZE, rights[i]);
			exit(call_at(code));
		}
		xwait(STATUS_KILLED);
	}
}

static void rights_come_back_with_the_bytes(void)
{
	char *map = xmap_filled(3, SEED);

	xprotect(map, 3, PROT_NONE);
	check_killed(map + PGSIZE);
	xprotect(map, 3, PROT_READ);
	pages_check(map, 3, SEED);
	check_store_killed(map + 2 * PGSIZE);
	xprotect(map, 3, PROT_WRITE); /* includes the right to read */
	pages_check(map, 3, SEED);
	pages_fill(map, 3, SEED_CHILD);
	pages_check(map, 3, SEED_CHILD);
	check_audit();
}

/* A page that gets its right to write again is still shared with the other
 * process. */
static void pages_made_writable_stay_private(void)
{
	char *map = xmap_filled(6, SEED);

	IN_CHILD() {
		/* Four have the right to write already. */
		xprotect(map, 2, PROT_READ);
		xprotect(map, 4, RW);
		xprotect(map + 4 * PGSIZE, 2, RW | PROT_EXEC);
		check_audit();
		pages_fill(map, 6, SEED_CHILD);
		pages_check(map, 6, SEED_CHILD);
	}
	xwait(0);
	pages_check(map, 6, SEED);

	int go[2];

	xpipe(go);
	xprotect(map, 6, PROT_READ); /* shared without the right to write */
	IN_CHILD() {
		signal_take(go);
		pages_check(map, 6, SEED);
		check_store_killed(map);
	}
	xprotect(map, 6, RW);
	pages_fill(map, 6, SEED_CHILD);
	signal_give(go);
	xwait(0);
	pages_check(map, 6, SEED_CHILD);
}

/* Pages that were only read map the zeros of all programs. */
static void zeros_stay_zero_when_made_writable(void)
{
	char *map = xmap(4);

	pages_check_zero(map, 4);
	xprotect(map, 4, PROT_READ);
	pages_check_zero(map, 4);
	xprotect(map, 4, RW);
	check_audit();
	pages_fill(map, 2, SEED);
	pages_check_zero(map + 2 * PGSIZE, 2);
	pages_check_zero(xmap(1), 1);
	pages_check(map, 2, SEED);
}

/* The child inherits pages without rights, and their bytes. */
static void pages_without_rights_are_inherited(void)
{
	char *map = xmap_filled(4, SEED);
	struct vmstat before = measure();

	xprotect(map, 4, PROT_NONE);
	IN_CHILD() {
		check_killed(map + PGSIZE);
		check_audit();
		xprotect(map, 4, RW);
		pages_check(map, 4, SEED);
		pages_fill(map, 4, SEED_CHILD);
	}
	xwait(0);
	check_killed(map);
	xprotect(map, 4, RW);
	pages_check(map, 4, SEED);
	CHECK_EQ(measure().used - before.used, 0);
}

/* A page that nobody has touched has no rights either. */
static void untouched_pages_have_the_rights_of_now(void)
{
	char *map = mmap_at(NULL, 3, PROT_NONE, 0);

	CHECK(map != MAP_FAILED);
	check_killed(map + PGSIZE);
	xprotect(map, 3, PROT_READ);
	pages_check_zero(map, 3);
	check_store_killed(map + PGSIZE);
	xprotect(map + PGSIZE, 1, RW);
	map[PGSIZE] = 1;
	check_store_killed(map);
	check_store_killed(map + 2 * PGSIZE);
	pages_check_zero(map + 2 * PGSIZE, 1);
}

/* Instructions are stored, and executed when they may be. */
static void stored_code_runs_once_it_may(void)
{
	uint *code = (uint *)xmap(1);

	for (uint n = 1; n < 20; n++) {
		write_code(code, n);
		if (n < 3) {
			IN_CHILD()
				exit(call_at(code));
			xwait(STATUS_KILLED);
		}
		xprotect((char *)code, 1, PROT_READ | PROT_EXEC);
		CHECK_EQ(call_at(code), n);
		IN_CHILD()
			exit(call_at(code));
		xwait((int)n);
		xprotect((char *)code, 1, RW);
	}
}

/* A part of a range has other rights, and then the same ones again. */
static void ranges_part_and_join(void)
{
	char *map = xmap_filled(9, SEED);
	struct mapping found;

	xprotect(map + 3 * PGSIZE, 3, PROT_READ);
	CHECK(mapping_at(map + 3 * PGSIZE, &found));
	CHECK_EQ((char *)found.start - map, 3 * PGSIZE);
	CHECK_EQ((char *)found.end - map, 6 * PGSIZE);
	CHECK_EQ(strcmp(found.rights, "r--p"), 0);
	pages_check(map, 9, SEED);
	check_audit();
	xprotect(map + 2 * PGSIZE, 2, PROT_NONE);
	xprotect(map, 9, RW);
	CHECK(mapping_at(map + 4 * PGSIZE, &found));
	CHECK((char *)found.start <= map);
	CHECK((char *)found.end >= map + 9 * PGSIZE);
	pages_check(map, 9, SEED);
	check_audit();
}

static int number_in_text(void)
{
	return 7;
}

/* A process may change its own text, and no other one's. */
static void changed_text_is_private(void)
{
	uint *code = (uint *)((uint64)number_in_text & -4UL);
	char *page = (char *)((uint64)number_in_text & -PGSIZE);

	IN_CHILD() {
		xprotect(page, 2, PROT_READ | PROT_WRITE | PROT_EXEC);
		write_code(code, 9);
		__asm__ volatile("fence.i" : : : "memory");
		CHECK_EQ(call_at(code), 9);
	}
	xwait(0);
	CHECK_EQ(number_in_text(), 7);
}

static void mprotect_refuses(void)
{
	char *map = xmap_filled(6, SEED);

	xunmap(map + 3 * PGSIZE, 1);
	CHECK_FAILS(mprotect(map + 1, PGSIZE, PROT_READ), EINVAL);
	CHECK_FAILS(mprotect(map, PGSIZE, 8), EINVAL);
	CHECK_FAILS(mprotect(map, 6 * PGSIZE, PROT_READ), ENOMEM);
	CHECK_FAILS(mprotect(map, (size_t)-1, PROT_READ), ENOMEM);
	CHECK_FAILS(mprotect(map, -PGSIZE, PROT_READ), ENOMEM);
	CHECK_FAILS(mprotect((char *)stack_guard(), PGSIZE, RW), ENOMEM);
	CHECK_FAILS(mprotect((char *)-PGSIZE, PGSIZE, RW), ENOMEM);
	CHECK_EQ(mprotect(map, 0, PROT_NONE), 0);
	pages_fill(map, 3, SEED_CHILD);
	pages_fill(map + 4 * PGSIZE, 2, SEED_CHILD);
}

/* Until the list is full, or there is no frame for it. What fails changes
 * nothing. */
static void too_many_rights_are_refused(void)
{
	enum { MANY = 600 };
	char *map = xmap_filled(MANY, SEED);
	int fd = xopen(VMSTAT_PATH, O_WRONLY);
	long at, fails = 0;

	for (at = 1; at < MANY; at += 2) {
		char *page = map + at * (long)PGSIZE;
		long result = call_with_failure(fd, 1, SYS_mprotect, (long)page,
						PGSIZE, PROT_READ);

		if (result == 0)
			continue;
		CHECK_EQ(errno, ENOMEM);
		pages_fill(page, 1, SEED);
		if (mprotect(page, PGSIZE, PROT_READ) != 0)
			break;
		fails++;
	}
	CHECK(at > 40 && at < MANY);
	CHECK(fails <= 1);
	CHECK_EQ(errno, ENOMEM);
	check_audit();
	check_store_killed(map + PGSIZE);
	xprotect(map, MANY, RW);
	pages_fill(map, MANY, SEED_CHILD);
	check_audit();
}

/* With almost all memory promised to this program, the same pages may be
 * promised again, and others may not. */
static void what_is_promised_counts_once(void)
{
	long pages = (long)xvmstat("total") / 16 * 15;
	size_t bytes = (size_t)pages * PGSIZE;
	char *map = xmap(pages), *below = mmap_at(NULL, pages, PROT_READ, 0);

	CHECK(below != MAP_FAILED);
	CHECK_EQ(mprotect(map, bytes, RW), 0);
	CHECK(mmap_at(map, pages, RW, MAP_FIXED) == map);
	CHECK_FAILS(mprotect(below, bytes, RW), ENOMEM);
	xprotect(below, pages, PROT_READ);
	CHECK(mmap_at(NULL, pages, RW, 0) == MAP_FAILED);
	CHECK_EQ(errno, ENOMEM);
	xprotect(map, pages, PROT_READ);
	CHECK_EQ(mprotect(below, bytes, RW), 0);
	below[0] = 1;
	xunmap(below, pages);
	CHECK_EQ(mprotect(map, bytes, RW), 0);
	check_audit();
}

/* ---- madvise ---- */

static void dropped_pages_come_again_as_zeros(void)
{
	char *map = xmap_filled(10, SEED);
	struct vmstat before = measure();

	CHECK_EQ(madvise(map + 2 * PGSIZE, 5 * PGSIZE, MADV_DONTNEED), 0);
	CHECK_EQ(before.used - measure().used, 5);
	pages_check_zero(map + 2 * PGSIZE, 5);
	pages_check(map, 2, SEED);
	CHECK(*(int *)(map + 7 * PGSIZE) != 0);
	pages_fill(map, 10, SEED_CHILD);
	pages_check(map, 10, SEED_CHILD);
	check_audit();
}

/* A child drops its pages of heap, mapping and stack, and the parent keeps
 * them. */
static void dropped_pages_are_the_callers_own(void)
{
	char *map = xmap_filled(4, SEED), *heap = xpages(4);

	pages_fill(heap, 4, SEED);
	IN_CHILD() {
		char *stack = (char *)stack_guard() + PGSIZE;

		CHECK_EQ(madvise(map, 4 * PGSIZE, MADV_DONTNEED), 0);
		CHECK_EQ(madvise(heap, 4 * PGSIZE, MADV_DONTNEED), 0);
		CHECK_EQ(madvise(stack, PGSIZE, MADV_DONTNEED), 0);
		pages_check_zero(map, 4);
		pages_check_zero(heap, 4);
		pages_check_zero(stack, 1);
	}
	xwait(0);
	pages_check(map, 4, SEED);
	pages_check(heap, 4, SEED);
}

static void madvise_refuses(void)
{
	char *map = xmap_filled(3, SEED);
	char *text = (char *)((uint64)madvise_refuses & -PGSIZE);

	CHECK_FAILS(madvise(map + 1, PGSIZE, MADV_DONTNEED), EINVAL);
	CHECK_FAILS(madvise(map, PGSIZE, 77), EINVAL);
	CHECK_FAILS(madvise(map, PGSIZE, -1), EINVAL);
	CHECK_FAILS(madvise(map, -PGSIZE, MADV_DONTNEED), EINVAL);
	CHECK_FAILS(madvise(text, PGSIZE, MADV_DONTNEED), EINVAL);
	CHECK_EQ(madvise(map, PGSIZE, MADV_NORMAL), 0);
	CHECK_EQ(madvise(map, PGSIZE, MADV_WILLNEED), 0);
	pages_check(map, 3, SEED);
	xunmap(map + PGSIZE, 1);
	CHECK_FAILS(madvise(map, 3 * PGSIZE, MADV_DONTNEED), ENOMEM);
	pages_check_zero(map, 1);
	pages_check_zero(map + 2 * PGSIZE, 1);
	check_killed(map + PGSIZE);
}

const struct test lazy_protect_tests[] = {
	TEST(rights_are_lost_at_once),
	TEST(right_to_run_is_lost_at_once),
	TEST(rights_come_back_with_the_bytes),
	TEST(pages_made_writable_stay_private),
	TEST(zeros_stay_zero_when_made_writable),
	TEST(pages_without_rights_are_inherited),
	TEST(untouched_pages_have_the_rights_of_now),
	TEST(stored_code_runs_once_it_may),
	TEST(ranges_part_and_join),
	TEST(changed_text_is_private),
	TEST(mprotect_refuses),
	TEST(too_many_rights_are_refused),
	TEST(what_is_promised_counts_once),
	TEST(dropped_pages_come_again_as_zeros),
	TEST(dropped_pages_are_the_callers_own),
	TEST(madvise_refuses),
	TESTS_END,
};
