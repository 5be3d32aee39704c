/* user/test/usertests/lazy_mapped.c: files that a program maps for itself. */

#include "mapping.h"

#define PAGES 6L
#define SIZE ((size_t)PAGES * PGSIZE)
#define TAIL 100 /* bytes in the last page of some files */

enum { SEED = 0x7777, SEED_OTHER = 0x1111 };

/* ---- what a mapping shows ---- */

static void file_pages_come_when_they_are_touched(void)
{
	make_paged_file("file", PAGES, SEED, 0);

	/* The block cache may have to grow for the first mapping. */
	pages_check(map_file("file", PAGES, PROT_READ, 0), PAGES, SEED);

	char *map = map_file("file", PAGES, PROT_READ, 0);
	struct vmstat before = measure();

	for (long i = 0; i < PAGES; i++)
		CHECK(!is_present(map + i * (long)PGSIZE));
	CHECK_EQ(*(int *)map, SEED);
	CHECK(is_present(map));
	CHECK(!is_present(map + PGSIZE));
	pages_check(map, PAGES, SEED);

	struct vmstat after = measure();

	CHECK_EQ(after.fault_load - before.fault_load, PAGES);
	CHECK_EQ(after.zero_fill - before.zero_fill, 0);
	CHECK_EQ(after.cow_copy - before.cow_copy, 0);
	CHECK(after.used - before.used <= 2); /* tables */
}

/* After its end, and where nothing was ever written. */
static void rest_of_the_last_page_is_zero(void)
{
	make_paged_file("file", 1, SEED, TAIL);
	write_to_file("file", 4 * PGSIZE, "end", 3);

	char *map = map_file("file", 5, PROT_READ | PROT_WRITE, 0);

	pages_check(map, 1, SEED);
	for (size_t i = 0; i < PGSIZE; i++) {
		CHECK_EQ(map[PGSIZE + i], i < TAIL ? 'x' : 0);
		CHECK_EQ(map[4 * PGSIZE + i], i < 3 ? "end"[i] : 0);
	}
	pages_check_zero(map + 2 * PGSIZE, 2);
	map[3 * PGSIZE - 1] = map[5 * PGSIZE - 1] = 1;
	xunlink("file");
}

static void stores_stay_in_the_process(void)
{
	char *map = map_new_file("file", PAGES, SEED);
	char *again = map_file("file", PAGES, PROT_READ, 0);
	struct vmstat before;

	CHECK_EQ(*(int *)(map + PGSIZE), *(int *)(again + PGSIZE));
	pages_check(again, PAGES, SEED);
	before = measure();
	map[PGSIZE] = 1;     /* after a load */
	map[3 * PGSIZE] = 1; /* without one */

	struct vmstat after = measure();

	CHECK_EQ(after.cow_copy - before.cow_copy, 2);
	CHECK_EQ(after.used - before.used, 2);
	CHECK_EQ(after.fault_store - before.fault_store, 2);
	pages_fill(map, PAGES, SEED_OTHER);
	pages_check(again, PAGES, SEED);
	check_paged_file("file", PAGES, SEED);
	IN_CHILD()
		pages_check(map_file("file", PAGES, PROT_READ, 0), PAGES, SEED);
	xwait(0);
	pages_check(map, PAGES, SEED_OTHER);
	xunlink("file");
}

/* A page that was touched keeps its bytes. */
static void write_does_not_change_touched_pages(void)
{
	char *map = map_new_file("file", PAGES, SEED);
	int first = *(int *)map;

	write_to_file("file", 0, "new", 4);
	write_to_file("file", PGSIZE, "new", 4);
	CHECK_EQ(*(int *)map, first);
	CHECK_EQ(strcmp(map + PGSIZE, "new"), 0);
	write_to_file("file", PGSIZE, "old", 4);
	CHECK_EQ(strcmp(map + PGSIZE, "new"), 0);
	CHECK_EQ(strcmp(map_file("file", 1, PROT_READ, PGSIZE), "old"), 0);
	check_audit();
	xunlink("file");
}

static void mapping_begins_at_its_offset(void)
{
	char *whole = map_new_file("file", PAGES, SEED);

	for (long i = PAGES - 1; i >= 0; i--) {
		char *map = map_file("file", PAGES - i, PROT_READ,
				     i * (long)PGSIZE);

		for (long j = 0; j < PAGES - i; j++)
			CHECK_EQ(memcmp(map + j * (long)PGSIZE,
					whole + (i + j) * (long)PGSIZE, PGSIZE),
				 0);
	}
	xunlink("file");
}

/* Where the file has no page, a touch kills, and a call fails. */
static void touch_beyond_the_file_kills(void)
{
	make_paged_file("file", 2, SEED, 0);
	make_paged_file("empty", 0, SEED, 0);
	check_killed(map_file("file", 4, PROT_READ, 0) + 2 * PGSIZE);
	check_killed(map_file("file", 4, PROT_READ | PROT_WRITE, 0) +
		     4 * PGSIZE - 1);
	check_killed(map_file("file", 1, PROT_READ, 1L << 40));
	check_killed(map_file("file", 1, PROT_READ, 1L << 62));
	check_killed(map_file("empty", 1, PROT_READ, 0));
	check_audit();

	char *map = map_file("file", 3, PROT_READ | PROT_WRITE, 0);

	write_to_file("file", 2 * PGSIZE, "longer", 7);
	CHECK_EQ(strcmp(map + 2 * PGSIZE, "longer"), 0);
}

static void offset_and_length_must_be_possible(void)
{
	static const struct {
		size_t bytes;
		long offset, reason;
	} bad[] = {
		{ 0, 0, EINVAL },
		{ PGSIZE, 1, EINVAL },
		{ PGSIZE, -1, EINVAL },
		{ -PGSIZE, PGSIZE, EINVAL },
		{ 2 * PGSIZE, -(long)PGSIZE, EINVAL },
		{ -1UL, 0, ENOMEM },
		{ USER_END, 0, ENOMEM },
	};

	make_paged_file("file", 2, SEED, 0);

	int fd = xopen("file", O_RDWR);

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		CHECK(mmap(NULL, bad[i].bytes, PROT_READ, MAP_PRIVATE, fd,
			   bad[i].offset) == MAP_FAILED);
		CHECK_EQ(errno, bad[i].reason);
	}
	CHECK(mmap((char *)1, PGSIZE, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd,
		   0) == MAP_FAILED);
	CHECK_EQ(errno, EINVAL);
	xclose(fd);
}

/* ---- the file while it is mapped ---- */

static void mapping_outlives_the_name(void)
{
	char *map = map_new_file("file", PAGES, SEED);

	CHECK_EQ(*(volatile int *)map, *(int *)map);
	xunlink("file");
	make_paged_file("other", 4 * PAGES, SEED_OTHER, 0);
	sync();
	pages_check(map, PAGES, SEED);
	pages_fill(map, PAGES, SEED_OTHER);
	IN_CHILD()
		pages_check(map, PAGES, SEED_OTHER);
	xwait(0);
	xunlink("other");
}

/* The touched page stays, the others are gone. */
static void file_is_emptied_under_its_mapping(void)
{
	char *map = map_new_file("file", PAGES, SEED);

	pages_check(map, 1, SEED);
	xclose(xopen("file", O_WRONLY | O_TRUNC));
	make_paged_file("other", PAGES, SEED_OTHER, 0);
	check_killed(map + PGSIZE);
	check_killed(map + (PAGES - 1) * (long)PGSIZE);
	pages_check(map, 1, SEED);
	xunlink("file");
	xunlink("other");
}

/* All together do not fit on the disk, so each must go with its mapping. */
static void removed_files_go_with_their_mappings(void)
{
	enum { COUNT = 40, LARGE = 256 };

	for (int i = 0; i < COUNT; i++) {
		IN_CHILD() {
			char *map = map_new_file("file", LARGE, SEED);

			pages_check(map, 3, SEED);
			xunlink("file");
			switch (i % 4) {
			case 0:
				xunmap(map, LARGE);
				break;
			case 1:
				IN_CHILD()
					pages_check(map, 5, SEED);
				xwait(0);
				break;
			case 2:
				CHECK(mmap_at(map, LARGE, PROT_READ,
					      MAP_FIXED) == map);
				break;
			default:
				exec("/bin/true", (char *[]){ "true", NULL });
			}
		}
		xwait(0);
	}
}

/* ---- lists of regions ---- */

static void child_inherits_mapped_files(void)
{
	long procs = xvmstat("procs");
	char *map = map_new_file("file", PAGES, SEED);
	int go[2], done[2];

	pages_check(map, 2, SEED);
	map[PGSIZE + 9] = 'p';
	xpipe(go);
	xpipe(done);
	IN_CHILD() {
		IN_CHILD() {
			signal_take(go); /* its parent has ended */
			pages_check(map, PAGES, SEED);
			CHECK_EQ(map[PGSIZE + 9], 'p');
			pages_fill(map, PAGES, SEED_OTHER);
			signal_give(done);
		}
	}
	xwait(0);
	signal_give(go);
	signal_take(done);
	pages_check(map, PAGES, SEED);
	CHECK(orphans_settle(procs, SETTLE_SECONDS));
	xunlink("file");
	check_audit();
}

/* What is left of a mapping shows the same bytes as before. */
static void parts_of_a_mapped_file_go(void)
{
	char *map = map_new_file("file", PAGES, SEED);
	char *whole = map_file("file", PAGES, PROT_READ, 0);
	const long kept[] = { 1, 3, 5 };

	xunmap(map, 1);
	xunmap(map + 2 * PGSIZE, 1);
	CHECK(mmap_at(map + 4 * PGSIZE, 1, PROT_READ, MAP_FIXED) ==
	      map + 4 * PGSIZE);
	xprotect(map + 3 * PGSIZE, 2, PROT_READ | PROT_WRITE);
	for (size_t i = 0; i < ARRAY_LEN(kept); i++)
		CHECK_EQ(memcmp(map + kept[i] * (long)PGSIZE,
				whole + kept[i] * (long)PGSIZE, PGSIZE),
			 0);
	pages_check_zero(map + 4 * PGSIZE, 1);
	check_killed(map);
	check_killed(map + 2 * PGSIZE);
	check_audit();
	xunlink("file");
}

/* Two files, the first one twice, and zeros, without a gap. */
static void adjacent_mappings_do_not_mix(void)
{
	const int both = PROT_READ | PROT_WRITE;
	char *map = xmap(4 * PAGES), *at = map;
	const char *names[] = { "file", "other", "file" };

	make_paged_file("file", PAGES, SEED, 0);
	make_paged_file("other", PAGES, SEED_OTHER, 0);
	for (size_t i = 0; i < ARRAY_LEN(names); i++, at += SIZE) {
		int fd = xopen(names[i], O_RDONLY);

		CHECK(mmap(at, SIZE, both, MAP_PRIVATE | MAP_FIXED, fd, 0) ==
		      at);
		xclose(fd);
	}
	xprotect(map + PGSIZE, 4 * PAGES - 2, PROT_READ);
	xprotect(map, 4 * PAGES, both);
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		pages_check(map + i * SIZE, PAGES,
			    names[i][0] == 'f' ? SEED : SEED_OTHER);
	pages_check_zero(at, PAGES);
	pages_fill(map, 4 * PAGES, SEED);
	pages_check(map, 4 * PAGES, SEED);
	check_audit();
	xunlink("file");
	xunlink("other");
}

static void heap_may_hold_a_mapped_file(void)
{
	char *heap = xpages(2 * PAGES);

	make_paged_file("file", PAGES, SEED, 0);

	int fd = xopen("file", O_RDONLY);

	CHECK(mmap(heap + PGSIZE, SIZE, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd,
		   0) == heap + PGSIZE);
	xclose(fd);
	xunlink("file");
	pages_check(heap + PGSIZE, PAGES, SEED);
	xsbrk(-PAGES * (long)PGSIZE);
	pages_check(heap + PGSIZE, PAGES - 1, SEED);
	xsbrk(-PAGES * (long)PGSIZE);
	check_audit();
	pages_check_zero(xpages(2 * PAGES), 2 * PAGES);
}

/* ---- rights ---- */

static void rights_of_a_mapped_file(void)
{
	char *map;

	make_paged_file("file", PAGES, SEED, 0);
	map = map_file("file", PAGES, PROT_READ, 0);
	check_store_killed(map);
	pages_check(map, 1, SEED);
	check_store_killed(map);
	xprotect(map, PAGES, PROT_READ | PROT_WRITE);
	pages_fill(map, PAGES - 1, SEED_OTHER);
	xprotect(map, PAGES, PROT_NONE);
	check_killed(map);
	check_killed(map + (PAGES - 1) * (long)PGSIZE);
	xprotect(map, PAGES, PROT_READ);
	pages_check(map, PAGES - 1, SEED_OTHER);
	CHECK_EQ(memcmp(map + (PAGES - 1) * (long)PGSIZE,
			map_file("file", 1, PROT_READ,
				 (PAGES - 1) * (long)PGSIZE),
			PGSIZE),
		 0);
	check_paged_file("file", PAGES, SEED);
	check_audit();
	xunlink("file");
}

static void dropped_pages_come_again_from_the_file(void)
{
	char *map = map_new_file("file", PAGES, SEED);

	pages_fill(map, PAGES, SEED_OTHER);
	CHECK_EQ(madvise(map, SIZE, MADV_DONTNEED), 0);
	pages_check(map, PAGES, SEED);
	xunlink("file");
}

const struct test lazy_mapped_tests[] = {
	TEST(file_pages_come_when_they_are_touched),
	TEST(rest_of_the_last_page_is_zero),
	TEST(stores_stay_in_the_process),
	TEST(write_does_not_change_touched_pages),
	TEST(mapping_begins_at_its_offset),
	TEST(touch_beyond_the_file_kills),
	TEST(offset_and_length_must_be_possible),
	TEST(mapping_outlives_the_name),
	TEST(file_is_emptied_under_its_mapping),
	TEST(removed_files_go_with_their_mappings),
	TEST(child_inherits_mapped_files),
	TEST(parts_of_a_mapped_file_go),
	TEST(adjacent_mappings_do_not_mix),
	TEST(heap_may_hold_a_mapped_file),
	TEST(rights_of_a_mapped_file),
	TEST(dropped_pages_come_again_from_the_file),
	TESTS_END,
};
