/* user/test/usertests/ends.c: what is left when a process ends or when a call
 * fails. */

#include "process.h"
#include "tests.h"

#define TEXT_VA 0x10000UL
#define PAGES 100

/* ---- zombies ---- */

/* A process that has ended gives back its memory and closes its files before
 * its parent calls wait(), but still counts as a process. */
static void zombie_keeps_only_its_frame(void)
{
	int ready[2];

	xpipe(ready);
	struct vmstat before = measure();

	int pid = xfork_settled();

	if (pid == 0) {
		pages_fill(xpages(PAGES), PAGES, 1);
		signal_give(ready);
		exit(0);
	}
	signal_take(ready);
	await_zombie(pid);
	xclose(ready[0]);
	CHECK_FAILS(write(ready[1], "x", 1), EPIPE);
	struct vmstat after = measure();
	CHECK(after.used - before.used < PAGES / 2);
	CHECK_EQ(after.procs - before.procs, 1);
	xwait(0);
}

/* ---- kill ---- */

/* Kill the process, and check that it ends. A busy host may hold the hart that
 * has to end it for some time. */
static void check_ends(int pid)
{
	enum { AT_ONCE = 50, TRIES = 550 };
	struct process p;

	CHECK_EQ(kill(pid), 0);
	for (int i = 0; i < TRIES; i++) {
		CHECK_EQ(process_read(pid, &p), 0);
		if (p.state == 'Z') {
			xwait(STATUS_KILLED);
			return;
		}
		if (i >= AT_ONCE)
			sleep(1);
	}
	while (process_read(pid, &p) == 0 && p.state != 'Z')
		kill(pid); /* it must not disturb other tests */
	fail("a process goes on after kill()");
}

/* A program that replaces itself with itself, without end. */
extern const char again_start[], again_end[];
static void exec_again(void) __attribute__((used, noinline));
static void exec_again(void)
{
	__asm__ volatile(".option push\n"
			 ".option norelax\n"
			 "again_start:\n"
			 "lla a0, 1f\n"
			 "addi sp, sp, -16\n"
			 "sd a0, 0(sp)\n"
			 "sd zero, 8(sp)\n"
			 "mv a1, sp\n"
			 "li a7, %[exec]\n"
			 "ecall\n"
			 "li a0, 1\n"
			 "li a7, %[exit]\n"
			 "ecall\n"
			 "1: .string \"again\"\n"
			 "again_end:\n"
			 ".option pop"
			 :
			 : [exec] "i"(SYS_exec), [exit] "i"(SYS_exit));
}

/* A kill that comes during exec ends the new program. */
static void kill_ends_a_program_that_execs(void)
{
	enum { ROUNDS = 30 };
	size_t size = (size_t)(again_end - again_start);
	const struct segment text = {
		TEXT_VA, 5, again_start, size, size, false
	};
	char *argv[] = { "again", NULL };

	make_program("again", &text, 1);
	for (int i = 0; i < ROUNDS; i++) {
		int pid = xfork();

		if (pid == 0) {
			exec("again", argv);
			fail("exec: %s", strerror(errno));
		}
		for (volatile int wait = 0; wait < 100000 + 1000 * i; wait++)
			;
		check_ends(pid);
	}
	xunlink("again");
}

/* A kill that comes just before the process sleeps ends that sleep, too. The
 * child copies a page, and sleeps because the pipe is full. */
static void kill_comes_before_a_sleep(void)
{
	enum { ROUNDS = 40 };
	static char buf[2 * PGSIZE];
	static char room[PGSIZE];

	for (int i = 0; i < ROUNDS; i++) {
		int fds[2];

		xpipe(fds);
		int pid = xfork();

		if (pid == 0) {
			for (;;)
				xwrite(fds[1], buf, sizeof(buf));
		}
		xread(fds[0], room, sizeof(room));
		for (volatile int wait = 0; wait < 30 * i; wait++)
			;
		check_ends(pid);
		xclose(fds[0]);
		xclose(fds[1]);
	}
}

/* ---- calls that fail ---- */

static uint64 swap_float(uint64 value)
{
	uint64 old;

	__asm__ volatile("fmv.x.d %0, fs0\n"
			 "fmv.d.x fs0, %1"
			 : "=&r"(old)
			 : "r"(value)
			 : "fs0");
	return old;
}

/* An exec that fails at its first or its last step. */
static void failed_exec_changes_nothing(void)
{
	enum { VALUE = 4711 };
	static const struct segment twice[] = {
		{ TEXT_VA, 5, again_start, 8, 8, false },
		{ TEXT_VA + PGSIZE, 6, again_start, 8, 8, false },
		{ TEXT_VA, 5, again_start, 8, 8, false },
	};
	static const struct segment large_stack[] = {
		{ TEXT_VA, 5, again_start, 8, 8, false },
		{ 0, 6, again_start, 0, 65UL << 20, true },
	};
	static char big[2 * PGSIZE];
	char *argv[] = { "x", NULL };
	char *big_argv[] = { "x", big, NULL };
	struct process before, after;
	char *pages = xpages(PAGES);

	memset(big, 'x', sizeof(big) - 1);
	pages_fill(pages, PAGES, 1);
	make_file("text", "echo hello\n", 11);
	make_program("twice", twice, ARRAY_LEN(twice));
	make_program("stack", large_stack, ARRAY_LEN(large_stack));
	CHECK_EQ(process_read(getpid(), &before), 0);
	swap_float(VALUE);
	CHECK_FAILS(exec("none", argv), ENOENT);
	CHECK_FAILS(exec("text", argv), ENOEXEC);
	CHECK_FAILS(exec("twice", argv), ENOEXEC);
	CHECK_FAILS(exec("stack", argv), ENOMEM);
	CHECK_FAILS(exec(".", argv), EACCES);
	CHECK_FAILS(exec("/bin/true", big_argv), E2BIG);
	CHECK_EQ(swap_float(0), VALUE);
	CHECK_EQ(process_read(getpid(), &after), 0);
	CHECK_EQ(strcmp(after.name, before.name), 0);
	pages_check(pages, PAGES, 1);
	xunlink("text");
	xunlink("twice");
	xunlink("stack");
}

/* Make calls that fail, each of which holds the file or the directory for a
 * while. */
static void fail_with(const char *name)
{
	char *argv[] = { "x", NULL };
	int vmstat = xopen(VMSTAT_PATH, O_WRONLY);

	xmkdir(name);
	CHECK_FAILS(open(name, O_WRONLY), EISDIR);
	CHECK_FAILS(exec(name, argv), EACCES);
	CHECK_FAILS(unlink("./."), EINVAL);
	xchdir(name);
	CHECK_FAILS(call_with_failure(vmstat, 3, SYS_fork, 0, 0, 0), ENOMEM);
	xchdir("..");
	xunlink(name);
	make_file(name, "text\n", 5);
	CHECK_FAILS(exec(name, argv), ENOEXEC);
	CHECK_FAILS(chdir(name), ENOTDIR);
	CHECK_FAILS(mkdir(name), EEXIST);
	CHECK_FAILS(link(name, name), EEXIST);
	CHECK_FAILS(rename(name, "none/none"), ENOENT);
	xunlink(name);
	CHECK_EQ(mknod(name, 77, 0), 0);
	CHECK_FAILS(open(name, O_RDONLY), ENODEV);
	xunlink(name);
	xclose(vmstat);
}

/* What one of them keeps would be too little to be seen in frames. */
static void calls_that_fail_keep_nothing(void)
{
	enum { TIMES = 200 };
	struct vmstat before, after;

	fail_with("first");
	before = measure();
	for (int i = 0; i < TIMES; i++)
		fail_with("name");
	after = measure();
	CHECK(after.used - before.used < 3);
	CHECK_EQ(after.fork, before.fork);
}

/* An open file of a process whose descriptors are all in use. */
static void full_table_keeps_no_file_open(void)
{
	int fds[2];
	int last = -1;
	int fd;

	xpipe(fds);
	while ((fd = dup(fds[1])) >= 0)
		last = fd;
	CHECK_EQ(errno, EMFILE);
	for (int i = 0; i < 100; i++)
		CHECK_FAILS(dup(fds[0]), EMFILE);
	xclose(fds[0]);
	CHECK_FAILS(write(last, "x", 1), EPIPE);
}

/* A call that fails for want of a descriptor has not touched the file, and uses
 * up none of those that are left. */
static void full_table_changes_no_file(void)
{
	static const int flags[] = { O_WRONLY | O_TRUNC, O_RDWR | O_TRUNC,
				     O_WRONLY | O_CREATE | O_TRUNC };
	struct stat st;
	int fds[2];
	int last;

	make_file("kept", "12345678", 8);

	int kept = xopen("kept", O_RDONLY);

	do
		last = dup(kept);
	while (last >= 0 && last < NOFILE - 1);
	CHECK_EQ(last, NOFILE - 1);
	CHECK_FAILS(pipe(fds), EMFILE);
	for (size_t i = 0; i < ARRAY_LEN(flags); i++)
		CHECK_FAILS(open("kept", flags[i]), EMFILE);
	CHECK_FAILS(open("new", O_WRONLY | O_CREATE), EMFILE);
	xclose(last);
	for (int i = 0; i < 2; i++)
		CHECK_FAILS(pipe(fds), EMFILE);
	CHECK_EQ(fstat(kept, &st), 0);
	CHECK_EQ(st.size, 8);
	CHECK_FAILS(open("new", O_RDONLY), ENOENT);
	CHECK_EQ(dup(kept), last);
}

const struct test end_tests[] = {
	TEST(zombie_keeps_only_its_frame),
	TEST(kill_ends_a_program_that_execs),
	TEST(kill_comes_before_a_sleep),
	TEST(failed_exec_changes_nothing),
	TEST(calls_that_fail_keep_nothing),
	TEST(full_table_keeps_no_file_open),
	TEST(full_table_changes_no_file),
	TESTS_END,
};
