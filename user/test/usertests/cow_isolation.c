/* user/test/usertests/cow_isolation.c: after fork, no process sees what another
 * one writes. */

#include "tests.h"

#define PAGES 40
#define MEGAPAGE (512 * PGSIZE)

enum { SEED_OLD = 0x1111, SEED_NEW = 0x2222 };

static void child_writes_stay_in_child(void)
{
	char *pages = xpages(PAGES);

	pages_fill(pages, PAGES, SEED_OLD);
	IN_CHILD() {
		pages_check(pages, PAGES, SEED_OLD);
		pages_fill(pages, PAGES, SEED_NEW);
		pages_check(pages, PAGES, SEED_NEW);
	}
	xwait(0);
	pages_check(pages, PAGES, SEED_OLD);
}

static void parent_writes_stay_in_parent(void)
{
	char *pages = xpages(PAGES);
	int go[2];

	xpipe(go);
	pages_fill(pages, PAGES, SEED_OLD);
	IN_CHILD() {
		signal_take(go);
		pages_check(pages, PAGES, SEED_OLD);
	}
	pages_fill(pages, PAGES, SEED_NEW);
	signal_give(go);
	xwait(0);
	pages_check(pages, PAGES, SEED_NEW);
}

static int global = SEED_OLD;
static int zeroed_global;

static void globals_are_isolated(void)
{
	IN_CHILD() {
		global = SEED_NEW;
		zeroed_global = SEED_NEW;
	}
	xwait(0);
	CHECK_EQ(global, SEED_OLD);
	CHECK_EQ(zeroed_global, 0);
}

static void stack_is_isolated(void)
{
	char deep[8 * PGSIZE];

	memset(deep, 1, sizeof(deep));
	IN_CHILD()
		memset(deep, 2, sizeof(deep));
	xwait(0);
	for (size_t i = 0; i < sizeof(deep); i++)
		CHECK_EQ(deep[i], 1);
}

/* Each generation writes, forks, waits for the next one, and must then find its
 * own bytes. */
static void generation(char *pages, int depth)
{
	pages_check(pages, PAGES, depth - 1);
	pages_fill(pages, PAGES, depth);
	if (depth < 6) {
		IN_CHILD()
			generation(pages, depth + 1);
		xwait(0);
	}
	pages_check(pages, PAGES, depth);
}

static void generations_are_isolated(void)
{
	char *pages = xpages(PAGES);

	pages_fill(pages, PAGES, 0);
	generation(pages, 1);
}

static void siblings_are_isolated(void)
{
	enum { SIBLINGS = 5 };
	char *pages = xpages(PAGES);
	int ready[2];
	int go[2];

	xpipe(ready);
	xpipe(go);
	pages_fill(pages, PAGES, SEED_OLD);
	for (int i = 1; i <= SIBLINGS; i++) {
		IN_CHILD() {
			pages_check(pages, PAGES, SEED_OLD);
			pages_fill(pages, PAGES, i);
			signal_give(ready);
			signal_take(go);
			pages_check(pages, PAGES, i);
		}
	}
	for (int i = 0; i < SIBLINGS; i++)
		signal_take(ready);
	pages_check(pages, PAGES, SEED_OLD);
	for (int i = 0; i < SIBLINGS; i++)
		signal_give(go);
	for (int i = 0; i < SIBLINGS; i++)
		xwait(0);
}

/* A grandchild still has the pages after its parent has exited. */
static void grandchild_outlives_child(void)
{
	char *pages = xpages(PAGES);
	int done[2];
	char result;

	xpipe(done);
	pages_fill(pages, PAGES, SEED_OLD);
	IN_CHILD() {
		int child_gone[2];

		xpipe(child_gone);
		pages_fill(pages, PAGES / 2, SEED_NEW);
		IN_CHILD() {
			char c;

			xclose(child_gone[1]);
			read(child_gone[0], &c, 1); /* until the child exits */
			pages_check(pages, PAGES / 2, SEED_NEW);
			pages_fill(pages, PAGES, SEED_NEW);
			pages_check(pages, PAGES, SEED_NEW);
			xwrite(done[1], "y", 1);
		}
	}
	xclose(done[1]);
	xwait(0);
	xread(done[0], &result, 1);
	pages_check(pages, PAGES, SEED_OLD);
}

/* `count` pages that begin `before` pages before a 2 MiB boundary. */
static void check_range(long before, long count)
{
	uint64 end = (uint64)xsbrk(0);
	uint64 boundary = (end + (uint64)before * PGSIZE + MEGAPAGE - 1) &
			  ~(MEGAPAGE - 1);
	char *pages = (char *)(boundary - (uint64)before * PGSIZE);

	xsbrk((long)((uint64)pages + (uint64)count * PGSIZE - end));
	pages_fill(pages, count, SEED_OLD);
	IN_CHILD() {
		pages_check(pages, count, SEED_OLD);
		pages_fill(pages, count, SEED_NEW);
		pages_check(pages, count, SEED_NEW);
	}
	xwait(0);
	pages_check(pages, count, SEED_OLD);
	xsbrk(-(long)((uint64)xsbrk(0) - end));
}

static void sizes_around_2mib(void)
{
	static const long counts[] = { 1, 2, 511, 512, 513 };

	for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
		check_range(0, counts[i]);
		check_range(1, counts[i]);
		check_range(counts[i], counts[i]);
	}
}

/* A page that was shared and then copied is shared again by the next fork. */
static void fork_shares_again(void)
{
	char *pages = xpages(PAGES);

	for (int round = 0; round < 10; round++) {
		pages_fill(pages, PAGES, round);
		IN_CHILD() {
			pages_fill(pages, PAGES / 2, ~round);
			IN_CHILD() {
				pages_check(pages, PAGES / 2, ~round);
				pages_fill(pages, PAGES, round + 100);
			}
			xwait(0);
			pages_check(pages, PAGES / 2, ~round);
		}
		xwait(0);
		pages_check(pages, PAGES, round);
	}
}

/* One page has more sharers than a byte can count. */
static void hundreds_of_sharers(void)
{
	enum { MOST = 300 };
	char *pages = xpages(2);
	int go[2];
	int count = 0;
	int pid;

	xpipe(go);
	pages_fill(pages, 2, SEED_OLD);
	while (count < MOST && (pid = fork()) >= 0) {
		if (pid == 0) {
			signal_take(go);
			pages_check(pages, 2, SEED_OLD);
			pages_fill(pages, 2, SEED_NEW);
			exit(0);
		}
		count++;
	}
	CHECK(count > 20);
	for (int i = 0; i < count; i++)
		signal_give(go);
	for (int i = 0; i < count; i++)
		xwait(0);
	pages_check(pages, 2, SEED_OLD);
}

static char letter(size_t i)
{
	return (char)(i % 251 + 1);
}

/* Every byte must be copied, up to the last. */
static void whole_page_is_copied(void)
{
	char *pages = xpages(2);

	for (size_t i = 0; i < 2 * PGSIZE; i++)
		pages[i] = letter(i);
	IN_CHILD() {
		pages[0] = 0;
		pages[2 * PGSIZE - 1] = 0;
		for (size_t i = 1; i < 2 * PGSIZE - 1; i++)
			CHECK_EQ(pages[i], letter(i));
	}
	xwait(0);
	for (size_t i = 0; i < 2 * PGSIZE; i++)
		CHECK_EQ(pages[i], letter(i));
}

/* The heap ends in the middle of a page. */
static void last_part_of_heap_is_shared(void)
{
	char *part = xpages(3);

	xsbrk(-2 * (long)PGSIZE - 100);
	part[0] = 'o';
	IN_CHILD() {
		CHECK_EQ(part[0], 'o');
		part[PGSIZE - 101] = 'n';
		CHECK(xsbrk(0) == part + PGSIZE - 100);
		xsbrk(-(long)PGSIZE + 100);
	}
	xwait(0);
	CHECK_EQ(part[0], 'o');
	CHECK_EQ(part[PGSIZE - 101], 0);
}

/* The heap ends in the middle of a page that is shared, and grows, inside that
 * page and beyond it. The page stays shared until somebody writes to it. */
static void growth_leaves_the_last_page_shared(void)
{
	char *part = xpages(3);
	int go[2];

	xpipe(go);
	xsbrk(-2 * (long)PGSIZE - 100);
	part[0] = 'o';
	IN_CHILD() {
		xsbrk(50);
		part[0] = 'n';
		xsbrk(PGSIZE);
		signal_take(go);
		CHECK_EQ(part[0], 'n');
	}
	IN_CHILD() {
		signal_take(go);
		CHECK_EQ(part[0], 'o');
	}
	xsbrk(PGSIZE);
	part[0] = 'p';
	signal_give(go);
	signal_give(go);
	xwait(0);
	xwait(0);
	CHECK_EQ(part[0], 'p');
}

/* The frames that a child frees may be allocated next, unless its parent still
 * maps them. */
static void freed_heap_stays_with_parent(void)
{
	char *pages = xpages(PAGES);

	pages_fill(pages, PAGES, SEED_OLD);
	IN_CHILD() {
		xsbrk(-PAGES * (long)PGSIZE);
		pages_fill(xpages(PAGES), PAGES, SEED_NEW);
	}
	xwait(0);
	pages_check(pages, PAGES, SEED_OLD);
}

/* The next fork shares a copied page like any other one. */
static void copies_are_shared_again(void)
{
	char *pages = xpages(PAGES);

	pages_fill(pages, PAGES, SEED_OLD);
	IN_CHILD() {
		pages_fill(pages, PAGES, SEED_NEW);
		IN_CHILD() {
			pages_check(pages, PAGES, SEED_NEW);
			pages_fill(pages, PAGES, 1);
			pages_check(pages, PAGES, 1);
		}
		pages_fill(pages, PAGES, 2);
		pages_check(pages, PAGES, 2);
		xwait(0);
		pages_check(pages, PAGES, 2);
	}
	xwait(0);
	pages_check(pages, PAGES, SEED_OLD);
}

/* ---- stores of every kind ---- */

/* Nothing but `bytes` bytes at `where` has changed, and something there. */
static void check_stored(const char *pages, size_t where, size_t bytes)
{
	size_t changed = 0;

	for (size_t i = 0; i < 2 * PGSIZE; i++) {
		if (pages[i] == 'o')
			continue;
		if (i < where || i >= where + bytes)
			fail("byte %zu has changed", i);
		changed++;
	}
	CHECK((changed > 0) == (bytes > 0));
}

static void every_kind_of_store_is_isolated(void)
{
	char *pages = xpages(2);

	for (size_t i = 0; stores[i].store != NULL; i++) {
		memset(pages, 'o', 2 * PGSIZE);
		IN_CHILD() {
			IN_CHILD() {
				stores[i].store(pages + stores[i].where);
				check_stored(pages, stores[i].where,
					     stores[i].bytes);
			}
			xwait(0);
			check_stored(pages, 0, 0);
			/* Alone with its parent. */
			stores[i].store(pages + stores[i].where);
			check_stored(pages, stores[i].where, stores[i].bytes);
		}
		xwait(0);
		check_stored(pages, 0, 0);
		stores[i].store(pages + stores[i].where); /* the last owner */
		check_stored(pages, stores[i].where, stores[i].bytes);
	}
}

const struct test cow_isolation_tests[] = {
	TEST(child_writes_stay_in_child),
	TEST(parent_writes_stay_in_parent),
	TEST(globals_are_isolated),
	TEST(stack_is_isolated),
	TEST(generations_are_isolated),
	TEST(siblings_are_isolated),
	TEST(grandchild_outlives_child),
	TEST(sizes_around_2mib),
	TEST(fork_shares_again),
	TEST(hundreds_of_sharers),
	TEST(whole_page_is_copied),
	TEST(last_part_of_heap_is_shared),
	TEST(growth_leaves_the_last_page_shared),
	TEST(copies_are_shared_again),
	TEST(freed_heap_stays_with_parent),
	TEST(every_kind_of_store_is_isolated),
	TESTS_END,
};
