/* user/test/usertests/lazy_shared.c: memory that parent and child share. */

#include "mapping.h"

#define PAGES 6L
#define SIZE ((size_t)PAGES * PGSIZE)

enum { SEED = 0x7777, SEED_CHILD = 0x1111 };

static long committed_kib(void)
{
	return meminfo_get("Committed_AS:");
}

/* ---- who sees a store ---- */

/* In pages that were touched before the fork, and in others. */
static void stores_are_seen_by_parent_and_child(void)
{
	char *map = xmap_shared(PAGES);
	int to_child[2], to_parent[2];

	xpipe(to_child);
	xpipe(to_parent);
	pages_fill(map, PAGES / 2, SEED);
	IN_CHILD() {
		pages_check(map, PAGES / 2, SEED);
		pages_fill(map, PAGES, SEED_CHILD);
		signal_give(to_parent);
		signal_take(to_child);
		pages_check(map, PAGES, SEED);
	}
	signal_take(to_parent);
	pages_check(map, PAGES, SEED_CHILD);
	pages_fill(map, PAGES, SEED);
	signal_give(to_child);
	xwait(0);
}

/* Whoever touches a page first: here a grandchild, when its parent has gone. */
static void page_outlives_the_process_that_made_it(void)
{
	char *map = xmap_shared(PAGES);

	IN_CHILD() {
		IN_CHILD()
			pages_fill(map, PAGES, SEED);
		xwait(0);
	}
	xwait(0);
	pages_check(map, PAGES, SEED);
	IN_CHILD()
		pages_check(map, PAGES, SEED);
	xwait(0);
}

static void harts_store_at_once(void)
{
	enum { PROCS = 4, TURNS = 20000 };
	uint64 *counters = (uint64 *)xmap_shared(PAGES);

	for (int i = 0; i < PROCS; i++)
		IN_CHILD()
			for (int n = 0; n < TURNS; n++)
				__atomic_fetch_add(&counters[n % PAGES * 512],
						   1, __ATOMIC_RELAXED);
	for (int i = 0; i < PROCS; i++)
		xwait(0);

	uint64 sum = 0;

	for (long i = 0; i < PAGES; i++)
		sum += counters[i * 512];
	CHECK_EQ(sum, PROCS * TURNS);
}

static void calls_store_to_untouched_shared_pages(void)
{
	char *map = xmap_shared(PAGES);
	int fds[2];

	xpipe(fds);
	xwrite(fds[1], "0123456789", 10);
	IN_CHILD()
		xread(fds[0], map + PGSIZE - 5, 10);
	xwait(0);
	CHECK_EQ(memcmp(map + PGSIZE - 5, "0123456789", 10), 0);
	xwrite(fds[1], map + 2 * PGSIZE, 3);
	xread(fds[0], map, 3);
	CHECK_EQ(memcmp(map, "\0\0\0", 3), 0);
}

/* ---- what it costs ---- */

static void shared_pages_take_one_frame(void)
{
	enum { COUNT = 32 };
	char *map = xmap_shared(COUNT);
	struct vmstat before = measure(), after;

	pages_fill(map, COUNT, SEED);
	after = measure();
	CHECK(after.used - before.used >= COUNT);
	CHECK(after.used - before.used <= COUNT + 4); /* tables */
	IN_MEASURED_CHILD() {
		before = measure();
		pages_check(map, COUNT, SEED);
		pages_fill(map, COUNT, SEED_CHILD);
		after = measure();
		CHECK(after.used - before.used <= 2);
		CHECK_EQ(after.cow_copy - before.cow_copy, 0);
		CHECK_EQ(after.zero_fill - before.zero_fill, 0);
		check_audit();
	}
	xwait(0);
	pages_check(map, COUNT, SEED_CHILD);
	check_audit();
}

static void fork_leaves_shared_pages_writable(void)
{
	char *map = xmap_shared(PAGES);

	pages_fill(map, PAGES, SEED);
	IN_CHILD()
		exit(0);
	xwait(0);

	struct vmstat before = measure();

	pages_fill(map, PAGES, SEED_CHILD);

	struct vmstat after = measure();

	CHECK_EQ(after.fault_store - before.fault_store, 0);
}

static void shared_memory_is_promised_once(void)
{
	enum { COUNT = 1024 };
	long before = committed_kib(), shared, child;
	char *map = xmap_shared(COUNT);
	int fds[2];

	shared = committed_kib() - before;
	CHECK_EQ(shared, COUNT * (long)PGSIZE / 1024);
	xpipe(fds);
	IN_CHILD() {
		child = committed_kib();
		xwrite(fds[1], &child, sizeof(child));
	}
	xread(fds[0], &child, sizeof(child));
	xwait(0);
	CHECK(child - before < 2 * shared);
	xprotect(map, COUNT, PROT_READ);
	CHECK_EQ(committed_kib() - before, shared);
	xunmap(map, COUNT);
	CHECK_EQ(committed_kib(), before);
	check_audit();
}

static void proc_shows_shared_memory(void)
{
	char *map = xmap_shared(PAGES);
	struct mapping found;

	pages_fill(map, PAGES, SEED);
	CHECK(mapping_at(map, &found));
	CHECK_EQ(found.rss, PAGES * (long)PGSIZE / 1024);
	CHECK_EQ(found.shared, 0);
	CHECK_EQ(found.cow, 0);
	IN_CHILD() {
		pages_check(map, PAGES, SEED);
		CHECK(mapping_at(map, &found));
		CHECK_EQ(found.shared, PAGES * (long)PGSIZE / 1024);
		CHECK_EQ(found.pss,
			 (uint64)PAGES * PGSIZE / 2 * (uint64)PSS_ONE);
	}
	xwait(0);
}

/* ---- parts and rights ---- */

static void parts_of_shared_memory_go(void)
{
	char *map = xmap_shared(PAGES);

	pages_fill(map, PAGES, SEED);
	IN_CHILD() {
		xunmap(map + PGSIZE, 2);
		CHECK(!is_present(map + PGSIZE));
		pages_check(map, 1, SEED);
		pages_fill(map + 3 * PGSIZE, 1, SEED_CHILD);
		check_store_killed(map + 2 * PGSIZE);
	}
	xwait(0);
	pages_check(map, 3, SEED);
	pages_check(map + 3 * PGSIZE, 1, SEED_CHILD);
}

/* A page that may be written again is still the same page. */
static void rights_of_shared_pages_change(void)
{
	char *map = xmap_shared(PAGES);

	pages_fill(map, PAGES, SEED);
	IN_CHILD() {
		xprotect(map, PAGES, PROT_READ);
		check_store_killed(map);
		xprotect(map, PAGES, PROT_NONE);
		check_killed(map);
		xprotect(map, PAGES, PROT_READ | PROT_WRITE);
		pages_check(map, PAGES, SEED);
		pages_fill(map, PAGES, SEED_CHILD);
		check_audit();
	}
	xwait(0);
	pages_check(map, PAGES, SEED_CHILD);
}

static void dropped_shared_pages_keep_their_bytes(void)
{
	char *map = xmap_shared(PAGES);

	pages_fill(map, PAGES, SEED);
	CHECK_EQ(madvise(map, SIZE, MADV_DONTNEED), 0);
	CHECK(!is_present(map));
	pages_check(map, PAGES, SEED);
}

/* Two mappings next to each other are not one. */
static void shared_and_private_memory_do_not_mix(void)
{
	char *at = (char *)0x40000000;
	char *shared = mmap(at, SIZE, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	char *private =
		mmap_at(at + SIZE, PAGES, PROT_READ | PROT_WRITE, MAP_FIXED);

	CHECK(shared == at && private == at + SIZE);
	pages_fill(shared, PAGES, SEED);
	check_private_after_fork(private, PAGES);
	pages_check(shared, PAGES, SEED);
	IN_CHILD() {
		pages_fill(shared, PAGES, SEED_CHILD);
		pages_fill(private, PAGES, SEED_CHILD);
	}
	xwait(0);
	pages_check(shared, PAGES, SEED_CHILD);
	CHECK(*(int *)private != *(int *)shared);
	CHECK(mmap_at(at, PAGES, PROT_READ | PROT_WRITE, MAP_FIXED) == at);
	pages_check_zero(at, PAGES);
}

/* ---- exhausted memory ---- */

static long map_with_failure(int fd, int n)
{
	char command[] = "fail n";

	command[5] = (char)('0' + n);
	own_stack();
	xwrite(fd, command, 6);

	char *map = mmap(NULL, SIZE, PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	xwrite(fd, "fail 0", 6);
	if (map == MAP_FAILED)
		return -1;
	xunmap(map, PAGES);
	return 0;
}

static void sharing_without_memory(void)
{
	sweep_failures("mmap of shared memory", map_with_failure);
}

static void touch_of_shared_memory_without_memory_dies_alone(void)
{
	char *map = xmap_shared(PAGES);

	store_with_failures(map, 3);
	pages_fill(map, PAGES, SEED);
	check_audit();
}

const struct test lazy_shared_tests[] = {
	TEST(stores_are_seen_by_parent_and_child),
	TEST(page_outlives_the_process_that_made_it),
	TEST(harts_store_at_once),
	TEST(calls_store_to_untouched_shared_pages),
	TEST(shared_pages_take_one_frame),
	TEST(fork_leaves_shared_pages_writable),
	TEST(shared_memory_is_promised_once),
	TEST(proc_shows_shared_memory),
	TEST(parts_of_shared_memory_go),
	TEST(rights_of_shared_pages_change),
	TEST(dropped_shared_pages_keep_their_bytes),
	TEST(shared_and_private_memory_do_not_mix),
	TEST(sharing_without_memory),
	TEST(touch_of_shared_memory_without_memory_dies_alone),
	TESTS_END,
};
