/* user/test/usertests/lazy_mmap.c: memory that a program maps and unmaps. */

#include "mapping.h"

#define PAGES 520 /* more pages than one leaf table maps */

enum { SEED = 0x5555, SEED_CHILD = 0x6666 };

static char *end_of_heap(void)
{
	return xpages(0);
}

/* ---- where mappings are ---- */

static void mmap_allocates_nothing(void)
{
	struct vmstat before = measure();
	char *pages = xmap(PAGES);
	struct vmstat after = measure();

	CHECK_EQ(after.used - before.used, 0);
	pages[7 * PGSIZE] = 1;
	CHECK(measure().used - before.used <= 3); /* the page, and tables */
	CHECK_EQ(pages[7 * PGSIZE + 1], 0);
}

/* They are above the heap, below the top of user space, and apart. */
static void mappings_do_not_overlap(void)
{
	enum { COUNT = 30 };
	char *map[COUNT];

	for (int i = 0; i < COUNT; i++) {
		map[i] = xmap(1 + i % 5);
		CHECK(map[i] >= end_of_heap());
		CHECK((uint64)map[i] + PGSIZE <= USER_TOP);
		pages_check_zero(map[i], 1 + i % 5);
		pages_fill(map[i], 1 + i % 5, i);
	}
	pages_fill(xpages(50), 50, SEED);
	for (int i = 0; i < COUNT; i++)
		pages_check(map[i], 1 + i % 5, i);
	check_audit();
}

/* Without MAP_FIXED the address is a hint, which counts if it can. */
static void hint_counts_if_it_is_free(void)
{
	char *there = xmap(4);
	char *wanted = there - 64 * PGSIZE;

	CHECK(mmap_at(wanted, 2, PROT_READ | PROT_WRITE, 0) == wanted);
	CHECK(mmap_at(there + 5, 1, PROT_READ, 0) != MAP_FAILED);
	pages_fill(there, 4, SEED);
	pages_fill(wanted, 2, SEED);

	char *hints[] = { there,
			  there + 3 * PGSIZE,
			  wanted + 1,
			  wanted - PGSIZE,
			  (char *)stack_guard(),
			  (char *)USER_TOP,
			  (char *)-PGSIZE,
			  (char *)(stack_top() - PGSIZE) };

	for (size_t i = 0; i < ARRAY_LEN(hints); i++) {
		char *found = mmap_at(hints[i], 2, PROT_READ | PROT_WRITE, 0);

		CHECK(found != MAP_FAILED);
		CHECK(found >= end_of_heap());
		pages_check_zero(found, 2);
		pages_fill(found, 2, SEED_CHILD);
	}
	pages_check(there, 4, SEED);
	pages_check(wanted, 2, SEED);
}

/* A length is a size_t in C, so the whole register counts. */
static void lengths_have_64_bits(void)
{
	const long pages = (1L << 20) + 2; /* 4 GiB and 2 pages */
	struct mapping found;
	char *map = mmap_at(NULL, pages, PROT_READ, 0);
	char *last = map + (pages - 1) * (long)PGSIZE;

	CHECK(map != MAP_FAILED);
	pages_check_zero(map, 2);
	pages_check_zero(last, 1);
	xprotect(map, pages, PROT_NONE);
	check_killed(map);
	check_killed(last);
	xprotect(map, pages, PROT_READ);
	CHECK_EQ(madvise(map, (size_t)pages * PGSIZE, MADV_DONTNEED), 0);
	pages_check_zero(last, 1);
	xunmap(map + PGSIZE, pages - 1);
	CHECK(mapping_at(map, &found));
	CHECK_EQ(found.end - found.start, PGSIZE);
	CHECK(!mapping_at(last, &found));
}

/* What is refused changes nothing. */
static void mmap_refuses(void)
{
	static const struct {
		long addr, bytes, prot, flags, fd, offset, reason;
	} bad[] = {
		{ 0, 0, 3, 0x22, -1, 0, EINVAL },      /* no page */
		{ 0, 4096, 3, 0x20, -1, 0, EINVAL },   /* no kind */
		{ 0, 4096, 3, 0x23, -1, 0, EINVAL },   /* both kinds */
		{ 0, 4096, 8, 0x22, -1, 0, EINVAL },   /* unknown right */
		{ 0, 4096, 3, 0x1022, -1, 0, EINVAL }, /* unknown flag */
		{ 0, 4096, 3, 0x22, -1, 100, EINVAL }, /* offset */
		{ 0x40000001, 4096, 3, 0x32, -1, 0, EINVAL }, /* address */
		{ 0, 4096, 3, 0x32, -1, 0, EPERM },           /* NULL */
		{ 0, -1, 3, 0x22, -1, 0, ENOMEM },
		{ 0, -4096, 3, 0x22, -1, 0, ENOMEM },
		{ 0, 1L << 38, 3, 0x22, -1, 0, ENOMEM },
		{ 0, 1L << 37, 3, 0x22, -1, 0, ENOMEM }, /* all memory */
		{ 0, (1L << 32) + 4096, 3, 0x22, -1, 0, ENOMEM },
		{ USER_TOP, 4096, 3, 0x32, -1, 0, ENOMEM },
		{ USER_TOP - 4096, 8192, 3, 0x32, -1, 0, ENOMEM },
		{ -4096, 8192, 3, 0x32, -1, 0, ENOMEM },
		{ 0x40000000, -4096, 3, 0x32, -1, 0, ENOMEM },
		{ 0, 4096, 3, 2, -1, 0, EBADF },
		{ 0, 4096, 3, 2, 31, 0, EBADF },
	};
	char *end = end_of_heap();

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		errno = 0;
		void *found = mmap((void *)bad[i].addr, (size_t)bad[i].bytes,
				   (int)bad[i].prot, (int)bad[i].flags,
				   (int)bad[i].fd, bad[i].offset);

		if (found != MAP_FAILED || errno != bad[i].reason)
			fail("bad mmap %ld: %p, %s", i, found, strerror(errno));
	}
	CHECK(mmap_at((char *)stack_guard(), 1, PROT_READ, MAP_FIXED) ==
	      MAP_FAILED);
	CHECK_EQ(errno, ENOMEM);
	CHECK(end_of_heap() == end);

	char *there = xmap_filled(2, SEED);

	CHECK(mmap_at(there, 2, 8, MAP_FIXED) == MAP_FAILED);
	CHECK(mmap(there, 2 * PGSIZE, PROT_READ, MAP_PRIVATE | MAP_FIXED, -1,
		   0) == MAP_FAILED);
	pages_check(there, 2, SEED);
	check_audit();
}

/* What the descriptor does not allow, and what has no pages. */
static void other_files_are_not_mapped(void)
{
	static const struct {
		const char *path;
		int open, prot, flags, reason;
	} tries[] = {
		{ "file", O_WRONLY, PROT_READ, MAP_PRIVATE, EACCES },
		{ "file", O_RDONLY, PROT_WRITE, MAP_SHARED, EACCES },
		{ ".", O_RDONLY, PROT_WRITE, MAP_PRIVATE, ENODEV },
		{ VMSTAT_PATH, O_RDWR, PROT_READ, MAP_PRIVATE, ENODEV },
		{ VMSTAT_PATH, O_RDWR, PROT_WRITE, MAP_SHARED, ENODEV },
		{ "/proc/meminfo", O_RDONLY, PROT_READ, MAP_PRIVATE, ENODEV },
	};

	make_file("file", "x", 1);
	for (size_t i = 0; i < ARRAY_LEN(tries); i++) {
		int fd = xopen(tries[i].path, tries[i].open);

		CHECK(mmap(NULL, PGSIZE, tries[i].prot, tries[i].flags, fd,
			   0) == MAP_FAILED);
		CHECK_EQ(errno, tries[i].reason);
		xclose(fd);
	}
	xunlink("file");
}

static void heap_stops_at_a_mapping(void)
{
	char *end = end_of_heap();
	char *wall = end + 8 * PGSIZE;

	CHECK(mmap_at(wall, 2, PROT_READ | PROT_WRITE, MAP_FIXED) == wall);
	pages_fill(wall, 2, SEED);
	CHECK(sbrk(9 * (long)PGSIZE) == SBRK_FAILED);
	CHECK_EQ(errno, ENOMEM);
	xsbrk(8 * (long)PGSIZE); /* heap and mapping are adjacent now */
	CHECK(sbrk(1) == SBRK_FAILED);
	pages_fill(end, 8, SEED_CHILD);
	pages_check(wall, 2, SEED);
	check_audit();
	xsbrk(-5 * (long)PGSIZE);
	check_killed(end + 3 * PGSIZE);
	pages_check(end, 3, SEED_CHILD);
	pages_check(wall, 2, SEED);
	xunmap(wall, 2);
	pages_fill(xpages(20), 20, SEED);
	check_audit();
}

/* ---- fork and exec ---- */

static void mappings_are_private_after_fork(void)
{
	check_private_after_fork(xmap(PAGES), PAGES);
}

/* More ranges than a program usually has, far apart. */
static void fork_and_exit_know_all_mappings(void)
{
	enum { COUNT = 9 };
	struct vmstat before = measure();

	IN_CHILD() {
		for (long i = 1; i <= COUNT; i++) {
			char *at = (char *)(i << 33) - PGSIZE;

			CHECK(mmap_at(at, 2, PROT_READ | PROT_WRITE,
				      MAP_FIXED) == at);
			pages_fill(at, 2, (int)i);
		}
		IN_CHILD() {
			for (long i = 1; i <= COUNT; i++)
				pages_check((char *)(i << 33) - PGSIZE, 2,
					    (int)i);
			check_audit();
			IN_CHILD() {
				exec("/bin/true", (char *[]){ "true", NULL });
				fail("exec: %s", strerror(errno));
			}
			xwait(0);
		}
		xwait(0);
	}
	xwait(0);
	CHECK_EQ(measure().used - before.used, 0);
}

/* ---- no memory ---- */

static void touch_of_a_mapping_without_memory_dies_alone(void)
{
	char *pages = xmap(4);

	for (int n = 1; n <= 2; n++) {
		IN_CHILD() {
			int fd = xopen(VMSTAT_PATH, O_WRONLY);

			own_stack();
			xwrite(fd, n == 1 ? "fail 1" : "fail 2", 6);
			pages[PGSIZE] = 1;
			xwrite(fd, "fail 0", 6);
		}
		xwait(STATUS_KILLED);
	}
	pages_check_zero(pages, 4);
	check_audit();
}

/* Let the list of ranges grow until there is no place or no memory for it. */
static void too_many_mappings_are_refused(void)
{
	long count = 0, limit = 1000;
	static char *map[1000];

	while (count < limit) {
		int prot = count % 2 == 0 ? PROT_READ : PROT_READ | PROT_WRITE;

		map[count] = mmap_at(NULL, 1, prot, 0);
		if (map[count] == MAP_FAILED)
			break;
		if (count % 2 != 0)
			map[count][0] = 1;
		count++;
	}
	CHECK(count >= 40 && count < limit);
	CHECK_EQ(errno, ENOMEM);
	check_audit();
	pages_fill(xpages(10), 10, SEED);
	for (long i = 1; i < count; i += 2)
		CHECK_EQ(map[i][0], 1);
	xunmap(map[count / 2], 1);
	map[count / 2] = xmap(1);
	for (long i = 0; i < count; i++)
		xunmap(map[i], 1);
	check_audit();
}

static void list_of_mappings_without_memory(void)
{
	int fd = xopen(VMSTAT_PATH, O_WRONLY);
	int fails = 0;

	own_stack();
	for (long i = 0; i < 6; i++) {
		char *at = end_of_heap() + (2 * i + 1) * (long)PGSIZE;

		xwrite(fd, "fail 1", 6);
		void *found = mmap_at(at, 1, PROT_READ | PROT_WRITE, MAP_FIXED);
		xwrite(fd, "fail 0", 6);
		if (found != MAP_FAILED)
			continue;
		fails++;
		CHECK_EQ(errno, ENOMEM);
		check_killed(at);
		CHECK(mmap_at(at, 1, PROT_READ | PROT_WRITE, MAP_FIXED) == at);
		*at = 1;
	}
	CHECK(fails <= 1);
	check_audit();
}

/* ---- as /proc shows it ---- */

static void proc_shows_mappings(void)
{
	char *pages = xmap(12);
	struct mapping found;

	for (long i = 3; i < 6; i++)
		pages[i * (long)PGSIZE] = 1;
	CHECK_EQ(*(volatile char *)pages, 0);
	CHECK(mapping_at(pages, &found));
	CHECK_EQ(strcmp(found.kind, "anon"), 0);
	CHECK_EQ(strcmp(found.rights, "rw-p"), 0);
	CHECK_EQ((char *)found.start - pages, 0);
	CHECK_EQ((char *)found.end - pages, 12 * PGSIZE);
	CHECK_EQ(found.rss, 3 * (long)PGSIZE / 1024);

	/* The next one follows the heap at once. */
	xsbrk((long)(-(uint64)sbrk(0) % PGSIZE));
	CHECK(mmap_at(sbrk(0), 1, PROT_READ, 0) == sbrk(0));
	CHECK(mapping_at(sbrk(0), &found));
	CHECK_EQ(strcmp(found.kind, "anon"), 0);
	for (long i = 0; i < 12; i++)
		CHECK_EQ(is_present(pages + i * (long)PGSIZE), i >= 3 && i < 6);
}

const struct test lazy_mmap_tests[] = {
	TEST(mmap_allocates_nothing),
	TEST(mappings_do_not_overlap),
	TEST(hint_counts_if_it_is_free),
	TEST(lengths_have_64_bits),
	TEST(mmap_refuses),
	TEST(other_files_are_not_mapped),
	TEST(heap_stops_at_a_mapping),
	TEST(mappings_are_private_after_fork),
	TEST(fork_and_exit_know_all_mappings),
	TEST(touch_of_a_mapping_without_memory_dies_alone),
	TEST(too_many_mappings_are_refused),
	TEST(list_of_mappings_without_memory),
	TEST(proc_shows_mappings),
	TESTS_END,
};
