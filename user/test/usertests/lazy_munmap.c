/* user/test/usertests/lazy_munmap.c: memory that a program unmaps. */

#include "mapping.h"

#define PAGES 520 /* more pages than one leaf table maps */

enum { SEED = 0x7777, SEED_OTHER = 0x1212 };

/* ---- munmap ---- */

static void munmap_gives_pages_and_tables_back(void)
{
	struct vmstat before = measure();

	for (int round = 0; round < 3; round++) {
		char *map = xmap_filled(PAGES, SEED);

		xunmap(map + 100 * PGSIZE, PAGES - 100);
		xunmap(map, 100);
		CHECK_EQ(measure().used - before.used, 0);
	}
	/* Of two mappings in one table, one is left. */
	char *map = xmap_filled(2, SEED);

	xunmap(map + PGSIZE, 1);
	pages_check(map, 1, SEED);
	xunmap(map, 1);
	CHECK_EQ(measure().used - before.used, 0);
}

static void middle_of_a_mapping_goes(void)
{
	char *map = xmap_filled(PAGES, SEED);

	xunmap(map + 10 * PGSIZE, 500);
	pages_check(map, 10, SEED);
	for (long i = 510; i < PAGES; i++)
		CHECK(map[i * (long)PGSIZE] != 0 ||
		      map[i * (long)PGSIZE + 1] != 0);
	check_killed(map + 10 * PGSIZE);
	check_killed(map + 509 * PGSIZE);
	check_audit();
	/* The hole can be mapped again, and joins what is around it. */
	CHECK(mmap_at(map + 10 * PGSIZE, 500, PROT_READ | PROT_WRITE, 0) ==
	      map + 10 * PGSIZE);
	pages_check_zero(map + 10 * PGSIZE, 500);

	struct mapping found;

	CHECK(mapping_at(map, &found));
	CHECK(found.end - found.start >= PAGES * PGSIZE);
	check_audit();
}

/* The hart has just used the page, which may be any one of the range. */
static void unmapped_page_is_gone_at_once(void)
{
	enum { COUNT = 4 };

	for (int i = 0; i < 2 * COUNT; i++) {
		IN_CHILD() {
			char *map = xmap(COUNT);
			volatile char *byte = map + i / 2 * PGSIZE;

			*byte = 1;
			munmap(map, COUNT * PGSIZE);
			if (i % 2)
				*byte = 2;
			else
				exit(*byte);
		}
		xwait(STATUS_KILLED);
	}
}

/* What is not mapped is skipped, and the rest of a page goes with it. */
static void munmap_skips_holes(void)
{
	char *map = xmap_filled(9, SEED);

	xunmap(map + PGSIZE, 2);
	xunmap(map + 5 * PGSIZE, 1);
	CHECK_EQ(munmap(map + PGSIZE, 6 * PGSIZE + 1), 0);
	check_killed(map + 7 * PGSIZE);
	pages_check(map, 1, SEED);
	CHECK(*(int *)(map + 8 * PGSIZE) != 0);
	CHECK_EQ(munmap(map + PGSIZE, 6 * PGSIZE), 0);
	check_audit();
}

static void munmap_refuses(void)
{
	char *map = xmap_filled(2, SEED);

	CHECK_FAILS(munmap(map, 0), EINVAL);
	CHECK_FAILS(munmap(map + 1, PGSIZE), EINVAL);
	CHECK_FAILS(munmap(map, (size_t)-1), EINVAL);
	CHECK_FAILS(munmap(map, -PGSIZE), EINVAL);
	CHECK_FAILS(munmap(map, 1UL << 38), EINVAL);
	CHECK_FAILS(munmap((char *)USER_TOP, PGSIZE), EINVAL);
	CHECK_FAILS(munmap((char *)-PGSIZE, PGSIZE), EINVAL);
	pages_check(map, 2, SEED);
}

/* In the child of a fork, the parent keeps its pages. */
static void munmap_after_fork_is_private(void)
{
	char *map = xmap_filled(PAGES, SEED);

	IN_CHILD() {
		xunmap(map + PGSIZE, PAGES - 2);
		pages_check(map, 1, SEED);
		check_killed(map + PGSIZE);
	}
	xwait(0);
	pages_check(map, PAGES, SEED);
}

static void fixed_mapping_replaces_pages(void)
{
	char *map = xmap_filled(PAGES, SEED);
	struct vmstat before = measure();

	CHECK(mmap_at(map + 4 * PGSIZE, 3, PROT_READ | PROT_WRITE, MAP_FIXED) ==
	      map + 4 * PGSIZE);
	CHECK_EQ(before.used - measure().used, 3);
	pages_check(map, 4, SEED);
	pages_check_zero(map + 4 * PGSIZE, 3);
	CHECK(*(int *)(map + 7 * PGSIZE) != 0);

	/* A length that ends inside a page. */
	CHECK(mmap(map, PGSIZE + 1, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == map);
	pages_check_zero(map, 2);

	/* Also in the middle of the heap, which still moves its end. */
	char *heap = xpages(8);

	pages_fill(heap, 8, SEED);
	CHECK(mmap_at(heap + 2 * PGSIZE, 2, PROT_READ, MAP_FIXED) ==
	      heap + 2 * PGSIZE);
	check_store_killed(heap + 2 * PGSIZE);
	pages_check_zero(heap + 2 * PGSIZE, 2);
	pages_check(heap, 2, SEED);
	xsbrk(-8 * (long)PGSIZE);
	check_killed(heap + 2 * PGSIZE);
	pages_check_zero(xpages(8), 8);
	check_audit();
}

/* A hole in the middle needs a place in the list, and the list a frame. */
static void munmap_without_memory_changes_nothing(void)
{
	char *map = xmap_filled(20, SEED);
	int fd = xopen(VMSTAT_PATH, O_WRONLY), fails = 0;

	for (long i = 1; i < 19; i += 2) {
		char *page = map + i * (long)PGSIZE;

		if (call_with_failure(fd, 1, SYS_munmap, (long)page, PGSIZE,
				      0) == 0)
			continue;
		fails++;
		CHECK_EQ(errno, ENOMEM);
		CHECK(*(int *)page != 0);
		xunmap(page, 1);
	}
	CHECK(fails <= 1);
	for (long i = 0; i < 20; i += 2)
		CHECK(*(int *)(map + i * (long)PGSIZE) != 0);
	check_audit();
}

/* A heap and a mapping after it may be one range, which has to be split. */
static void shrink_without_memory_changes_nothing(void)
{
	int fd = xopen(VMSTAT_PATH, O_WRONLY);
	char *apart = (char *)(USER_TOP / 2);
	int fails = 0;

	for (int i = 0; i < 10; i++) {
		char *heap = xpages(4), *end = heap + 4 * PGSIZE;

		pages_fill(heap, 4, SEED);
		CHECK(mmap_at(end, 1, PROT_READ | PROT_WRITE, MAP_FIXED) ==
		      end);
		if (call_with_failure(fd, 1, SYS_sbrk, -2 * (long)PGSIZE, 1,
				      0) == -1) {
			fails++;
			CHECK_EQ(errno, ENOMEM);
			CHECK(sbrk(0) == end);
			pages_check(heap, 4, SEED);
			xsbrk(-2 * (long)PGSIZE);
		}
		CHECK(sbrk(0) == heap + 2 * PGSIZE);
		xunmap(end, 1);

		/* One more range, until the list has to grow. */
		CHECK(mmap_at(apart + 2 * i * PGSIZE, 1, PROT_READ, 0) !=
		      MAP_FAILED);
	}
	CHECK(fails <= 1);
	check_audit();
}

/* Somebody kills the caller while it unmaps, and no frame is lost. */
static void killed_while_unmapping(void)
{
	long pages = xvmstat("free") / 4;

	for (int i = 0; i < 6; i++) {
		int ready[2];

		xpipe(ready);

		int pid = xfork();

		if (pid == 0) {
			signal_give(ready);
			for (;;) {
				char *map = xmap(pages);

				for (long p = 0; p < pages; p += 64)
					map[p * (long)PGSIZE] = 1;
				xunmap(map, pages);
			}
		}
		signal_take(ready);
		for (volatile int turn = 0; turn < i * 100000; turn++)
			;
		CHECK_EQ(kill(pid), 0);
		xwait(STATUS_KILLED);
	}
	check_audit();
}

const struct test lazy_munmap_tests[] = {
	TEST(munmap_gives_pages_and_tables_back),
	TEST(middle_of_a_mapping_goes),
	TEST(unmapped_page_is_gone_at_once),
	TEST(munmap_skips_holes),
	TEST(munmap_refuses),
	TEST(munmap_after_fork_is_private),
	TEST(fixed_mapping_replaces_pages),
	TEST(munmap_without_memory_changes_nothing),
	TEST(shrink_without_memory_changes_nothing),
	TEST(killed_while_unmapping),
	TESTS_END,
};
