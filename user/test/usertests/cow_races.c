/* user/test/usertests/cow_races.c: processes on all harts fault on, share and
 * drop the same frames at the same time. */

#include "tests.h"

#define PAGES 32
#define WORKERS 8
#define EFFORT 1 /* multiplies the number of repetitions */

/* A seed for a pattern that no other worker or round uses. */
static int pattern(int worker, int round)
{
	return worker * 1000 + round;
}

/* Each worker reports on `ready` and then waits on `go`. Start them all when
 * the last one has reported. */
static void start_together(int count, const int ready[2], const int go[2])
{
	for (int i = 0; i < count; i++)
		signal_take(ready);
	for (int i = 0; i < count; i++)
		signal_give(go);
}

static void run_workers(void (*work)(int worker))
{
	int ready[2];
	int go[2];

	xpipe(ready);
	xpipe(go);
	for (int i = 1; i <= WORKERS; i++) {
		IN_CHILD() {
			signal_give(ready);
			signal_take(go);
			work(i);
		}
	}
	start_together(WORKERS, ready, go);
	for (int i = 0; i < WORKERS; i++)
		xwait(0);
}

static char *pages;

static void make_pages(void)
{
	pages = xpages(PAGES);
	pages_fill(pages, PAGES, 0);
}

static void work_write(int worker)
{
	pages_check(pages, PAGES, 0);
	for (int round = 0; round < 50 * EFFORT; round++) {
		pages_fill(pages, PAGES, pattern(worker, round));
		pages_check(pages, PAGES, pattern(worker, round));
	}
}

/* All workers write to the same pages at once. The last writer of each takes
 * the frame over or copies it, depending on the timing. */
static void all_write_the_same_pages(void)
{
	make_pages();
	for (int round = 0; round < 5 * EFFORT; round++)
		run_workers(work_write);
	pages_check(pages, PAGES, 0);
}

static void work_fork(int worker)
{
	for (int round = 0; round < 25 * EFFORT; round++) {
		int seed = pattern(worker, round);

		pages_fill(pages, PAGES, seed);
		IN_CHILD() {
			pages_check(pages, PAGES, seed);
			pages_fill(pages, PAGES, ~seed);
			pages_check(pages, PAGES, ~seed);
		}
		/* Meanwhile the child copies, has not started or has exited. */
		pages_fill(pages, PAGES / 2, seed + 1);
		xwait(0);
		pages_check(pages, PAGES / 2, seed + 1);
	}
}

static void all_fork_and_write(void)
{
	make_pages();
	run_workers(work_fork);
	pages_check(pages, PAGES, 0);
}

/* Two owners write to the same page at the same moment. Both may copy it, or
 * one copies it and the other takes it over. The frame must neither be lost nor
 * be freed while one of them maps it. */
static void two_owners_race(void)
{
	make_pages();
	for (int round = 0; round < 100 * EFFORT; round++) {
		int go[2];

		xpipe(go);
		IN_CHILD() {
			signal_take(go);
			pages_fill(pages, PAGES, 2 * round + 1);
			pages_check(pages, PAGES, 2 * round + 1);
		}
		signal_give(go);
		pages_fill(pages, PAGES, 2 * round);
		pages_check(pages, PAGES, 2 * round);
		xwait(0);
		pages_check(pages, PAGES, 2 * round);
		xclose(go[0]);
		xclose(go[1]);
	}
}

/* Indices of words in a page: both ends, and the word whose first write
 * faults. */
enum { FIRST = 0, MIDDLE = PGSIZE / 16, LAST = PGSIZE / 8 - 1 };

/* Make each page private by a write to its middle. Its ends must then have
 * their old values, whatever the other owner has written there. */
static void take_pages(uint64 old, uint64 mine)
{
	for (size_t i = 0; i < PAGES; i++) {
		volatile uint64 *page = (uint64 *)(pages + i * PGSIZE);

		page[MIDDLE] = mine;
		CHECK_EQ(page[FIRST], old);
		CHECK_EQ(page[LAST], old);
		page[FIRST] = mine;
		page[LAST] = mine;
	}
}

static void set_ends(uint64 value)
{
	for (size_t i = 0; i < PAGES; i++) {
		uint64 *page = (uint64 *)(pages + i * PGSIZE);

		page[FIRST] = value;
		page[LAST] = value;
	}
}

/* While one owner copies a page, the other one must not take it over and write
 * to it, or the copy would contain some of what it writes. */
static void take_over_races_copy(void)
{
	make_pages();
	for (uint64 round = 0; round < 300; round++) {
		int go[2];

		set_ends(3 * round);
		xpipe(go);
		IN_CHILD() {
			signal_take(go);
			take_pages(3 * round, 3 * round + 1);
		}
		signal_give(go);
		take_pages(3 * round, 3 * round + 2);
		xwait(0);
		xclose(go[0]);
		xclose(go[1]);
	}
}

/* One owner exits while the other one writes. */
static void exit_races_write(void)
{
	make_pages();
	for (int round = 0; round < 80 * EFFORT; round++) {
		IN_CHILD()
			pages_fill(pages, PAGES / 4, -round);
		pages_fill(pages, PAGES, round);
		pages_check(pages, PAGES, round);
		xwait(0);
		pages_check(pages, PAGES, round);
	}
}

/* One owner is killed at some point while it copies. */
static void kill_races_write(void)
{
	make_pages();
	for (int round = 0; round < 60 * EFFORT; round++) {
		int pid = xfork();

		if (pid == 0) {
			for (int i = 0;; i++)
				pages_fill(pages, PAGES, i);
		}
		pages_fill(pages, PAGES, round);
		kill(pid);
		pages_check(pages, PAGES, round);
		xwait(STATUS_KILLED);
		pages_check(pages, PAGES, round);
	}
}

/* Copy a page through a pipe, piece by piece. */
static void copy_through_pipe(const int fds[2], char *to, const char *from)
{
	enum { PIECE = 1024 };

	for (size_t i = 0; i < PGSIZE; i += PIECE) {
		xwrite(fds[1], from + i, PIECE);
		xread(fds[0], to + i, PIECE);
	}
}

/* The kernel writes to a page for one owner while the other one stores to
 * it. */
static void work_copy(int worker)
{
	int fds[2];

	xpipe(fds);
	for (int round = 0; round < 30 * EFFORT; round++) {
		int seed = pattern(worker, round);

		pages_fill(pages, 4, seed);
		IN_CHILD() {
			for (size_t i = 1; i < 4; i++)
				copy_through_pipe(fds, pages + i * PGSIZE,
						  pages);
			pages_check(pages, 1, seed);
			CHECK_EQ(memcmp(pages, pages + PGSIZE, PGSIZE), 0);
		}
		pages_fill(pages, 4, ~seed);
		xwait(0);
		pages_check(pages, 4, ~seed);
	}
}

static void kernel_copies_race_stores(void)
{
	make_pages();
	run_workers(work_copy);
}

/* Children of children all go on writing, and exit in any order. */
static void fork_tree(int depth, int seed)
{
	pages_fill(pages, PAGES, seed);
	if (depth > 0) {
		IN_CHILD()
			fork_tree(depth - 1, 2 * seed);
		IN_CHILD()
			fork_tree(depth - 1, 2 * seed + 1);
		pages_check(pages, PAGES, seed);
		xwait(0);
		xwait(0);
	}
	pages_check(pages, PAGES, seed);
}

/* 31 processes. A machine of 16 MiB has room for 64, that is, for these and a
 * few others. */
static void tree_of_forks(void)
{
	make_pages();
	for (int round = 0; round < 2 * EFFORT; round++)
		fork_tree(4, 1);
	pages_check(pages, PAGES, 1);
}

#define COMMON_PAGES 2000

static char *common;

static void work_fork_common(int worker)
{
	(void)worker;
	for (int round = 0; round < 80 * EFFORT; round++) {
		IN_CHILD()
			pages_check(common, 1, 0);
		xwait(0);
	}
}

/* All workers change the counts of the same frames at once. If an update were
 * lost, some count would not be 1 at the end. */
static void all_fork_the_same_frames(void)
{
	common = xpages(COMMON_PAGES);
	pages_fill(common, COMMON_PAGES, 0);
	run_workers(work_fork_common);

	struct vmstat before = measure();
	pages_fill(common, COMMON_PAGES, 1);
	struct vmstat after = measure();
	CHECK_EQ(after.used - before.used, 0);
}

/* Frames that one hart has freed are handed out by another one. */
static void work_resize(int worker)
{
	enum { FRAMES = 200, ROUNDS = 6 };

	for (int round = 0; round < ROUNDS * EFFORT; round++) {
		char *own = xpages(FRAMES);

		for (long i = 0; i < FRAMES; i++)
			CHECK_EQ(own[i * (long)PGSIZE], 0);
		pages_fill(own, FRAMES, pattern(worker, round));
		pages_check(own, FRAMES, pattern(worker, round));
		xsbrk(-FRAMES * (long)PGSIZE);
	}
}

static void all_take_and_free_frames(void)
{
	run_workers(work_resize);
}

/* ---- the last two owners ---- */

static uint64 now(void)
{
	uint64 time;

	__asm__ volatile("rdtime %0" : "=r"(time));
	return time;
}

/* Ticks of the clock (0.1 us) until a new child runs on another hart. Most
 * children need half of that. */
#define CHILD_RUNS 3000

/* From round to round, one owner runs a little earlier or later than the other,
 * in this many steps of a few instructions. */
#define STEPS 64

static void let_go_at(uint64 time, int then)
{
	while (now() < time)
		;
	for (volatile int i = 0; i < then; i++)
		;
	xsbrk(-PAGES * (long)PGSIZE);
}

/* Two owners, and nobody else, drop the same frames at the same time. One of
 * them must be the last. */
static void last_two_owners_let_go(void)
{
	for (int round = 0; round < 500; round++) {
		make_pages();

		uint64 start = now() + CHILD_RUNS;

		IN_CHILD()
			let_go_at(start, round % STEPS);
		let_go_at(start, STEPS / 2);
		xwait(0);
	}
}

const struct test cow_races_tests[] = {
	TEST(all_write_the_same_pages),
	TEST(all_fork_and_write),
	TEST(all_fork_the_same_frames),
	TEST(two_owners_race),
	TEST(take_over_races_copy),
	TEST(exit_races_write),
	TEST(kill_races_write),
	TEST(kernel_copies_race_stores),
	TEST(tree_of_forks),
	TEST(last_two_owners_let_go),
	TEST(all_take_and_free_frames),
	TESTS_END,
};
