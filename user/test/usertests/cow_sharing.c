/* user/test/usertests/cow_sharing.c: what copy-on-write costs, frame by
 * frame. */

#include "tests.h"

#define PAGES 100

/* The frames that an idle child may cost: kernel structures, page tables, and
 * copies of the stack and data pages to which it and its parent write at
 * once. */
#define IDLE_CHILD_FRAMES 12

extern char etext[]; /* the end of text and constants (user/user.ld) */

/* Start a child that waits for a byte on `go`. */
static void start_idle_child(const int go[2])
{
	IN_CHILD()
		signal_take(go);
}

static void fork_shares_every_page(void)
{
	char *pages = xpages(PAGES);
	int go[2];

	xpipe(go);
	pages_fill(pages, PAGES, 1);
	struct vmstat before = measure();
	start_idle_child(go);
	struct vmstat after = measure();
	signal_give(go);
	xwait(0);
	CHECK(after.used - before.used <= IDLE_CHILD_FRAMES);
}

/* A child must cost the same, whatever the size of its parent, and however many
 * there are. A small machine has room for fewer. */
static void idle_children_cost_little(void)
{
	enum { MOST = 300 };
	char *pages = xpages(PAGES);
	int count = 0;
	int go[2];
	int pid;

	xpipe(go);
	pages_fill(pages, PAGES, 1);
	struct vmstat before = measure();
	while (count < MOST && (pid = fork()) >= 0) {
		if (pid == 0) {
			signal_take(go);
			exit(0);
		}
		count++;
	}
	struct vmstat after = measure();
	CHECK(count >= 20);
	for (int i = 0; i < count; i++)
		signal_give(go);
	for (int i = 0; i < count; i++)
		xwait(0);
	CHECK(after.used - before.used <= count * IDLE_CHILD_FRAMES);
}

/* Text and constants must be shared like all other pages. */
static void text_is_shared(void)
{
	int go[2];

	CHECK((uint64)etext > IDLE_CHILD_FRAMES * PGSIZE);
	xpipe(go);
	struct vmstat before = measure();
	start_idle_child(go);
	struct vmstat after = measure();
	signal_give(go);
	xwait(0);
	CHECK(after.used - before.used <= IDLE_CHILD_FRAMES);
}

static void write_costs_one_frame(void)
{
	char *pages = xpages(PAGES);

	pages_fill(pages, PAGES, 1);
	IN_MEASURED_CHILD() {
		struct vmstat before = measure();
		pages[7 * PGSIZE] = 2;
		struct vmstat after = measure();
		CHECK_EQ(after.used - before.used, 1);
	}
	xwait(0);
}

static void second_write_costs_nothing(void)
{
	char *pages = xpages(PAGES);

	pages_fill(pages, PAGES, 1);
	IN_MEASURED_CHILD() {
		struct vmstat shared = measure();
		pages[7 * PGSIZE] = 2;
		struct vmstat before = measure();
		pages[7 * PGSIZE + 100] = 2;
		struct vmstat after = measure();
		CHECK_EQ(before.used - shared.used, 1);
		CHECK_EQ(after.used - before.used, 0);
	}
	xwait(0);
}

/* Whether the heap is small or large. */
static void each_page_is_copied_once(void)
{
	static const long sizes[] = { 1, 2, 3, 5, 9, 17, 33, 65, 100 };

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		long count = sizes[i];

		IN_CHILD() {
			starter_settle(); /* it has the same stack */

			char *pages = xpages(count);

			pages_fill(pages, count, 1);
			IN_MEASURED_CHILD() {
				struct vmstat before = measure();
				pages_fill(pages, count, 2);
				pages_fill(pages, count, 3);
				CHECK_EQ(measure().used - before.used, count);
			}
			xwait(0);
		}
		xwait(0);
	}
}

/* The pages beside it stay shared. A fork may have shared the tables, too. */
static void only_the_page_written_to_is_copied(void)
{
	enum { COUNT = 1300, STEP = 5, IN_EACH_TABLE = 433 };
	char *pages = xpages(COUNT);

	pages_fill(pages, COUNT, 1);
	IN_MEASURED_CHILD() {
		for (long i = 0; i < COUNT; i += IN_EACH_TABLE)
			pages[i * (long)PGSIZE] = 2;
		struct vmstat before = measure();
		for (long i = 2; i < COUNT; i += STEP)
			pages[i * (long)PGSIZE] = 2;
		CHECK_EQ(measure().used - before.used, COUNT / STEP);
	}
	xwait(0);
}

static void reading_costs_nothing(void)
{
	char *pages = xpages(PAGES);

	pages_fill(pages, PAGES, 1);
	struct vmstat alone = measure();
	IN_MEASURED_CHILD() {
		pages_check(pages, 1, 1);
		struct vmstat before = measure();
		pages_check(pages, PAGES, 1);
		struct vmstat after = measure();
		CHECK_EQ(after.used - before.used, 0);
		CHECK(after.used - alone.used <= IDLE_CHILD_FRAMES);
	}
	xwait(0);
}

/* Pages to which nobody has written since an older fork are shared by the next
 * fork as well. */
static void second_fork_shares_the_same_frames(void)
{
	char *pages = xpages(PAGES);
	int go[2];

	xpipe(go);
	pages_fill(pages, PAGES, 1);
	start_idle_child(go);
	struct vmstat before = measure();
	start_idle_child(go);
	struct vmstat after = measure();
	signal_give(go);
	signal_give(go);
	xwait(0);
	xwait(0);
	CHECK(after.used - before.used <= IDLE_CHILD_FRAMES);
	CHECK(after.shared - before.shared <= IDLE_CHILD_FRAMES);
}

/* The counters of /dev/vmstat must match what the processes have done. */
static void counters_show_what_happened(void)
{
	char *pages = xpages(PAGES);

	pages_fill(pages, PAGES, 1);
	struct vmstat old = measure();
	IN_MEASURED_CHILD() {
		struct vmstat before = measure();
		pages_fill(pages, 10, 2);
		struct vmstat after = measure();
		CHECK_EQ(after.fork - old.fork, 1);
		CHECK(before.shared - old.shared >= PAGES);
		CHECK_EQ(before.shared - after.shared, 10);
		CHECK_EQ(after.cow_copy - before.cow_copy, 10);
		CHECK_EQ(after.cow_reuse - before.cow_reuse, 0);
		CHECK_EQ(after.fault_store - before.fault_store, 10);
	}
	xwait(0);
}

/* ---- pages of all rights ---- */

#define SEGMENT_PAGES 40 /* many more than an idle child may cost */
#define SEGMENT_BYTES (SEGMENT_PAGES * PGSIZE)

/* Fork if there is an argument, write a byte to 1, wait for one from 0. */
extern const char idler_start[], idler_end[];
static void idler(void) __attribute__((used, noinline));
static void idler(void)
{
	__asm__ volatile(".option push\n"
			 ".option norelax\n"
			 "idler_start:\n"
			 "addi t0, a0, -1\n"
			 "beqz t0, 1f\n"
			 "li a7, %[fork]\n"
			 "ecall\n"
			 "1: li a0, 1\n"
			 "mv a1, sp\n"
			 "li a2, 1\n"
			 "li a7, %[write]\n"
			 "ecall\n"
			 "li a0, 0\n"
			 "mv a1, sp\n"
			 "li a2, 1\n"
			 "li a7, %[read]\n"
			 "ecall\n"
			 "li a0, 0\n"
			 "li a7, %[exit]\n"
			 "ecall\n"
			 "idler_end:\n"
			 ".option pop"
			 :
			 : [fork] "i"(SYS_fork), [write] "i"(SYS_write),
			   [read] "i"(SYS_read), [exit] "i"(SYS_exit));
}

static void make_idler(uint32 rights, const char *bytes)
{
	size_t size = (size_t)(idler_end - idler_start);
	const struct segment segments[] = {
		{ 0x10000, 5, idler_start, size, size, false },
		{ 0x20000, rights, bytes, SEGMENT_BYTES, SEGMENT_BYTES, false },
	};

	make_program("idler", segments, ARRAY_LEN(segments));
}

/* The frames that are in use while one idler waits, or one that has forked and
 * its child. */
static long frames_with_idler(bool forks)
{
	char *argv[] = { "idler", forks ? "fork" : NULL, NULL };
	int to[2], from[2];
	char byte;

	xpipe(to);
	xpipe(from);
	IN_CHILD() {
		xclose(0);
		CHECK_EQ(dup(to[0]), 0);
		xclose(1);
		CHECK_EQ(dup(from[1]), 1);
		exec("./idler", argv);
		fail("exec: %s", strerror(errno));
	}
	for (int i = 0; i <= forks; i++)
		xread(from[0], &byte, 1);

	long used = measure().used;

	xwrite(to[1], "gg", 1 + forks);
	xwait(0);
	xclose(to[0]);
	xclose(to[1]);
	xclose(from[0]);
	xclose(from[1]);
	return used;
}

/* The orphan of an idler may end a little later. */
static void await_procs(long procs)
{
	while (xvmstat("procs") > procs)
		sleep(1);
}

static void pages_of_all_rights_are_shared(void)
{
	long procs = xvmstat("procs");
	char *bytes = xpages(SEGMENT_PAGES);

	memset(bytes, 'b', SEGMENT_BYTES);
	for (uint32 rights = 1; rights < 8; rights++) {
		make_idler(rights, bytes);

		long one = frames_with_idler(false);
		long two = frames_with_idler(true);

		await_procs(procs);
		if (two - one > IDLE_CHILD_FRAMES)
			fail("where the rights are %u, fork takes %ld frames",
			     rights, two - one);
	}
	xunlink("idler");
}

/* ---- pages of every history side by side ---- */

enum { SEED_BEFORE = 0x1111, SEED_CHILD, SEED_PARENT, SEED_LAST };

#define MIXED 1100L /* pages; more than two leaf tables map */

/* Whether the page belongs to `set`, one of two, in this round. The sets are
 * drawn, so that pages of all kinds have neighbors of all kinds. */
static bool is_in(int set, long page, int round)
{
	uint x = (uint)(page * 8 + round) * 0x9e3779b1U;

	return (x ^ x >> 15) >> (4 + 9 * set) & 1;
}

static void fill_set(char *pages, int set, int round, int seed)
{
	for (long i = 0; i < MIXED; i++)
		if (is_in(set, i, round))
			pages_fill(pages + i * (long)PGSIZE, 1, seed);
}

static void check_set(char *pages, int set, int round, int seed)
{
	for (long i = 0; i < MIXED; i++)
		pages_check(pages + i * (long)PGSIZE, 1,
			    is_in(set, i, round) ? seed : SEED_BEFORE);
}

/* The child writes to some pages, and the parent to some: it takes over those
 * that both write to. Then each writes to all pages. What happens to one page
 * must not make another one writable. */
static void check_mixed(char *pages, int round, const int copied[2],
			const int go[2])
{
	for (long i = 0; i < MIXED; i++)
		pages_fill(pages + i * (long)PGSIZE, 1, SEED_BEFORE);
	IN_CHILD() {
		fill_set(pages, 0, round, SEED_CHILD);
		signal_give(copied);
		signal_take(go);
		check_set(pages, 0, round, SEED_CHILD);
		pages_fill(pages, MIXED, SEED_CHILD);
	}
	signal_take(copied);
	fill_set(pages, 1, round, SEED_PARENT);
	check_set(pages, 1, round, SEED_PARENT);
	pages_fill(pages, MIXED, SEED_LAST);
	signal_give(go);
	xwait(0);
	pages_check(pages, MIXED, SEED_LAST);
}

static void pages_beside_those_taken_over_stay_shared(void)
{
	char *pages = xpages(MIXED);
	int copied[2], go[2];

	xpipe(copied);
	xpipe(go);
	for (int round = 0; round < 8; round++)
		check_mixed(pages, round, copied, go);
}

const struct test cow_sharing_tests[] = {
	TEST(fork_shares_every_page),
	TEST(idle_children_cost_little),
	TEST(text_is_shared),
	TEST(write_costs_one_frame),
	TEST(second_write_costs_nothing),
	TEST(each_page_is_copied_once),
	TEST(only_the_page_written_to_is_copied),
	TEST(reading_costs_nothing),
	TEST(second_fork_shares_the_same_frames),
	TEST(counters_show_what_happened),
	TEST(pages_of_all_rights_are_shared),
	TEST(pages_beside_those_taken_over_stay_shared),
	TESTS_END,
};
