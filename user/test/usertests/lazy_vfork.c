/* user/test/usertests/lazy_vfork.c: vfork(), which lends the child its parent's
 * memory until it calls exec or ends.
 *
 * A child must not return from the function that called vfork(). */

#include "process.h"
#include "tests.h"

static volatile int word;

/* Both see what the child does to the memory, and nothing is copied. */
static void child_has_its_parents_memory(void)
{
	char *heap = xpages(2);

	heap[0] = 1;
	word = 1;

	struct vmstat before = measure();

	int pid = vfork();

	if (pid == 0) {
		word++;
		heap[0]++;
		heap[PGSIZE] = 3; /* a page that nobody has touched yet */
		*(char *)xsbrk((long)PGSIZE) = 4;
		_exit(7);
	}
	CHECK(pid > 0);
	CHECK_EQ(xwait(7), pid);
	CHECK_EQ(word, 2);
	CHECK_EQ(heap[0], 2);
	CHECK_EQ(heap[PGSIZE], 3);
	CHECK_EQ(heap[2 * PGSIZE], 4);

	struct vmstat after = measure();

	CHECK_EQ(after.cow_copy - before.cow_copy, 0);
	CHECK_EQ(after.used - before.used, 2);
}

/* The child is one frame, whatever its parent has. */
static void vfork_takes_one_frame(void)
{
	static struct vmstat inside;

	pages_fill(xpages(600), 600, 1);

	struct vmstat before = measure();

	if (vfork() == 0) {
		xvmstat_read(&inside);
		_exit(0);
	}
	xwait(0);
	/* The stack of a process may need a page table, which stays. */
	CHECK(inside.used - before.used <= 2);
	CHECK_EQ(inside.fault_store, before.fault_store);
}

/* The parent does not run before the program does, and runs beside it then. */
static void parent_sleeps_until_exec(void)
{
	int go[2], done[2];
	char byte = 0;

	xpipe(go);
	xpipe(done);
	word = 0;

	int pid = vfork();

	if (pid == 0) {
		word = 1;
		xclose(0);
		CHECK_EQ(dup(go[0]), 0);
		xclose(1);
		CHECK_EQ(dup(done[1]), 1);
		xclose(go[1]);
		sleep(2);
		word++;
		exec("/bin/cat", (char *[]){ "cat", NULL });
		fail("exec: %s", strerror(errno));
	}
	CHECK_EQ(word, 2);
	xwrite(go[1], "x", 1);
	xread(done[0], &byte, 1);
	CHECK_EQ(byte, 'x');
	xclose(go[1]);
	CHECK_EQ(xwait(0), pid);
}

static void parent_sleeps_until_the_end(void)
{
	word = 0;
	if (vfork() == 0) {
		sleep(2);
		word = 1;
		_exit(0);
	}
	CHECK_EQ(word, 1);
	xwait(0);
}

/* The child goes on as it was, and its parent is told why. */
static void exec_may_fail_in_a_borrower(void)
{
	char *heap = xpages(1);

	heap[0] = 1;
	if (vfork() == 0) {
		exec("/none", (char *[]){ "none", NULL });
		heap[0] = 2;
		_exit(errno);
	}
	xwait(ENOENT);
	CHECK_EQ(heap[0], 2);
	CHECK_EQ(errno, ENOENT);
}

/* A fault ends the child alone. */
static void parent_outlives_a_fault_of_the_child(void)
{
	word = 0;

	int pid = vfork();

	if (pid == 0) {
		word = 1;
		*(volatile char *)stack_guard() = 1;
		_exit(0);
	}
	CHECK_EQ(xwait(STATUS_KILLED), pid);
	CHECK_EQ(word, 1);
	IN_CHILD()
		word = 2;
	xwait(0);
	CHECK_EQ(word, 1);
}

/* Kill the process whose pid comes from the pipe. */
static void start_killer(const int fds[2])
{
	IN_CHILD() {
		int victim;

		xread(fds[0], &victim, sizeof(victim));
		CHECK_EQ(kill(victim), 0);
	}
}

static void parent_outlives_a_killed_child(void)
{
	int fds[2];

	xpipe(fds);
	start_killer(fds);
	if (vfork() == 0) {
		int me = getpid();

		xwrite(fds[1], &me, sizeof(me));
		for (;;)
			word++;
	}

	int status, sum = 0;

	for (int i = 0; i < 2; i++) {
		CHECK(wait(&status) > 0);
		sum += status;
	}
	CHECK_EQ(sum, STATUS_KILLED);
}

/* The child of a parent that is killed keeps the memory, and it goes with the
 * child. */
static void child_outlives_a_killed_parent(void)
{
	int started[2], go[2], done[2];
	long procs = xvmstat("procs");

	xpipe(started);
	xpipe(go);
	xpipe(done);
	struct vmstat before = measure();

	int parent = xfork();

	if (parent == 0) {
		char *heap = xpages(100);

		pages_fill(heap, 100, 1);
		if (vfork() == 0) {
			signal_give(started);
			signal_take(go);
			pages_check(heap, 100, 1);
			pages_fill(heap, 100, 2);
			pages_check(heap, 100, 2);
			IN_CHILD()
				pages_fill(heap, 100, 3);
			xwait(0);
			pages_check(heap, 100, 2);
			signal_give(done);
			_exit(0);
		}
		fail("the parent runs");
	}
	signal_take(started);
	CHECK_EQ(kill(parent), 0);
	CHECK_EQ(xwait(STATUS_KILLED), parent);
	signal_give(go);
	signal_take(done);
	CHECK(orphans_settle(procs, SETTLE_SECONDS));
	CHECK_EQ(measure().used - before.used, 0);
	check_audit();
}

/* A process that has borrowed its memory forks as others do, and vfork() is a
 * fork for it: otherwise three could run in one memory when one is killed. */
static void borrower_forks(void)
{
	word = 0;
	if (vfork() == 0) {
		word = 1;
		IN_CHILD()
			word = 2;
		xwait(0);
		CHECK_EQ(word, 1);
		if (vfork() == 0) {
			word = 3;
			_exit(0);
		}
		xwait(0);
		CHECK_EQ(word, 1);
		_exit(0);
	}
	xwait(0);
	CHECK_EQ(word, 1);
}

/* Only the memory is lent. */
static void borrower_has_its_own_files(void)
{
	int fd = xopen(VMSTAT_PATH, O_RDONLY);

	xmkdir("dir");
	if (vfork() == 0) {
		xclose(fd);
		xchdir("dir");
		make_file("new", "x", 1);
		_exit(0);
	}
	xwait(0);

	char byte;

	xread(fd, &byte, 1);
	CHECK_FAILS(open("new", O_RDONLY), ENOENT);
	xclose(xopen("dir/new", O_RDONLY));
}

/* fs3 is a register that calls keep. */
static void borrower_has_its_own_floats(void)
{
	static volatile uint64 seen;
	uint64 kept;

	__asm__ volatile("fmv.d.x fs3, %0" : : "r"(4711UL) : "fs3");
	if (vfork() == 0) {
		uint64 own;

		__asm__ volatile("fmv.x.d %0, fs3" : "=r"(own));
		seen = own;
		__asm__ volatile("fmv.d.x fs3, zero" : : : "fs3");
		_exit(0);
	}
	__asm__ volatile("fmv.x.d %0, fs3" : "=r"(kept));
	xwait(0);
	CHECK_EQ(seen, 4711);
	CHECK_EQ(kept, 4711);
}

static void vfork_without_memory(void)
{
	char command[16];
	struct vmstat before = measure();
	int pid = -1;

	for (int n = 1; pid < 0; n++) {
		CHECK(n < 100);
		snprintf(command, sizeof(command), "fail %d", n);
		CHECK_EQ(vmstat_command(command), 0);
		pid = vfork();
		if (pid == 0)
			_exit(0);

		int reason = errno;

		CHECK_EQ(vmstat_command("fail 0"), 0);
		if (pid < 0)
			CHECK_EQ(reason, ENOMEM);
		else
			xwait(0);
		CHECK_EQ(measure().used - before.used, 0);
	}
}

/* Run /bin/true from a process that was promised 70% of memory. */
static void run_from_large(void)
{
	xsbrk(xvmstat("total") / 10 * 7 * (long)PGSIZE);
	CHECK_FAILS(fork(), ENOMEM);
	if (vfork() == 0) {
		exec("/bin/true", (char *[]){ "true", NULL });
		_exit(1);
	}
	xwait(0);
}

/* Where fork() has to be refused, vfork() is not: it promises nothing. */
static void vfork_promises_nothing(void)
{
	CHECK_EQ(vmstat_command("overcommit never"), 0);

	int pid = xfork();

	if (pid == 0) {
		run_from_large();
		exit(0);
	}
	await_zombie(pid);
	CHECK_EQ(vmstat_command("overcommit heuristic"), 0);
	xwait(0);
}

/* A process that lends its memory, and whose child runs a program. */
static void lend(int round)
{
	pages_fill(xpages(5), 5, round);
	if (vfork() == 0) {
		for (volatile int i = 0; i < round * 100; i++)
			;
		exec("/bin/true", (char *[]){ "true", NULL });
		_exit(1);
	}
	wait(NULL);
	exit(0);
}

/* Both may be killed at any moment. */
static void nothing_is_lost_when_lenders_are_killed(void)
{
	long procs = xvmstat("procs");
	struct vmstat before = measure();
	int pid = vfork();

	if (pid == 0)
		_exit(0);
	CHECK(pid > 0);
	xwait(0);
	for (int round = 0; round < 40; round++) {
		int lender = xfork();

		if (lender == 0)
			lend(round);
		for (volatile int i = 0; i < round * 400; i++)
			;
		kill(lender);
		kill(lender + 1); /* perhaps its child */
		wait(NULL);
	}
	CHECK(orphans_settle(procs, SETTLE_SECONDS));
	CHECK_EQ(measure().used - before.used, 0);
	check_audit();
}

const struct test lazy_vfork_tests[] = {
	TEST(child_has_its_parents_memory),
	TEST(vfork_takes_one_frame),
	TEST(parent_sleeps_until_exec),
	TEST(parent_sleeps_until_the_end),
	TEST(exec_may_fail_in_a_borrower),
	TEST(parent_outlives_a_fault_of_the_child),
	TEST(parent_outlives_a_killed_child),
	TEST(child_outlives_a_killed_parent),
	TEST(borrower_forks),
	TEST(borrower_has_its_own_files),
	TEST(borrower_has_its_own_floats),
	TEST(vfork_without_memory),
	TEST(vfork_promises_nothing),
	TEST(nothing_is_lost_when_lenders_are_killed),
	TESTS_END,
};
