/* user/test/usertests/stretches.c: calls on large processes, which the kernel
 * carries out in several stretches. In between, other processes may run: they
 * may kill the caller, look at it in /proc, and write to the file that it
 * executes. */

#include "tests.h"

enum {
	LARGE = 40 << 20, /* bytes of a large process, if memory suffices */
	SHARE = 3,        /* or else this part of the free frames */
	KILLS = 12,
	STEP = 64,    /* pages; a child looks at one in so many */
	WAIT = 20000, /* turns of a loop, shorter than a fork */
	LOOKS = 8,
	ENDS = 3,
	EXECS = 30,
	IMAGE_MAX = 64 << 10,
	BEGINNING = PGSIZE + 64, /* of a program: a few of its instructions */
	NO_PROGRAM = 99,         /* status of a child whose exec() has failed */
};

static long large(void)
{
	long bytes = xvmstat("free") / SHARE * (long)PGSIZE;

	return bytes < LARGE ? bytes : LARGE;
}

/* Extend the heap and write to each new page, so that every kernel has given it
 * a frame. */
static void grow(long bytes)
{
	pages_fill(xpages(bytes / (long)PGSIZE), bytes / (long)PGSIZE, 1);
}

/* ---- killed in between ---- */

static int ready[2];  /* a pipe */
static int report[2]; /* a pipe: what children say */

/* In a child: it must have all pages, even if its parent was killed in the
 * middle of fork(). */
static void report_pages(const char *pages, long count)
{
	xwrite(report[1], "b", 1);
	for (long i = 0; i < count; i += STEP)
		*(volatile const char *)(pages + i * (long)PGSIZE);
	xwrite(report[1], "e", 1);
	exit(0);
}

static void fork_for_ever(long bytes)
{
	char *pages = sbrk(0);

	grow(bytes);
	xwrite(ready[1], "x", 1);
	for (;;) {
		int pid = fork();

		if (pid == 0)
			report_pages(pages, bytes / (long)PGSIZE);
		if (pid > 0)
			xwait(0);
	}
}

static void resize_for_ever(long bytes)
{
	xwrite(ready[1], "x", 1);
	for (;;) {
		grow(bytes);
		xsbrk(-bytes);
	}
}

/* Wait until that many processes are left. Orphans exit a little later. */
static void wait_for_procs(long procs)
{
	while (xvmstat("procs") > procs)
		sleep(1);
}

static int start(void (*use)(long bytes), long bytes)
{
	char byte;
	int pid = xfork();

	if (pid == 0)
		use(bytes);
	xread(ready[0], &byte, 1);
	return pid;
}

/* Every child that has begun has also come to its end. */
static void check_reports(void)
{
	long begun = 0;
	char byte;

	xwrite(report[1], "k", 1);
	for (xread(report[0], &byte, 1); byte != 'k';
	     xread(report[0], &byte, 1))
		begun += byte == 'b' ? 1 : -1;
	CHECK_EQ(begun, 0);
}

static void check_killed(void (*use)(long bytes))
{
	long procs = xvmstat("procs"), bytes = large();

	xpipe(ready);
	xpipe(report);

	struct vmstat before = measure();

	for (int i = 0; i < KILLS; i++) {
		int pid = start(use, bytes);

		for (volatile int n = i * WAIT; n > 0; n--)
			;
		CHECK_EQ(kill(pid), 0);
		CHECK_EQ(xwait(STATUS_KILLED), pid);
		wait_for_procs(procs);
		check_reports();
	}
	CHECK_EQ(measure().free, before.free);
}

static void killed_fork_of_much_memory_leaves_nothing(void)
{
	check_killed(fork_for_ever);
}

static void killed_sbrk_of_much_memory_leaves_nothing(void)
{
	check_killed(resize_for_ever);
}

/* ---- an end inside a page ---- */

/* The runner checks that each frame is dropped once, and only once. */
static void large_heap_may_end_inside_a_page(void)
{
	long bytes = large() / (long)PGSIZE * (long)PGSIZE;
	char *last = xpages(1) - 1;

	for (long odd = 1; odd < (long)PGSIZE; odd += 1365) {
		last = (char *)xsbrk(bytes + odd) + bytes + odd - 1;
		*last = 'o';
		IN_CHILD() {
			CHECK_EQ(*last, 'o');
			*last = 'n';
		}
		xwait(0);
		IN_CHILD() {
			xsbrk(-bytes);
			CHECK(xsbrk(0) == last + 1 - bytes);
		}
		xwait(0);
		CHECK_EQ(*last, 'o');
		xsbrk(-bytes - odd);
	}
}

/* ---- seen in between ---- */

/* Read the file to its end. Returns 0, or the error. */
static int read_all(int pid, const char *name)
{
	static char text[PGSIZE];
	char path[PATH_LEN];
	long n;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);

	int fd = open(path, O_RDONLY);

	if (fd < 0)
		return errno;
	while ((n = read(fd, text, sizeof(text))) > 0)
		;
	int error = n < 0 ? errno : 0;

	xclose(fd);
	return error;
}

static void look_at(int pid)
{
	static const char *const names[] = { "status", "smaps", "pagemap" };

	for (int i = 0; i < LOOKS; i++)
		for (unsigned k = 0; k < 3; k++)
			CHECK_EQ(read_all(pid, names[k]), 0);
}

static void proc_shows_a_process_that_resizes(void)
{
	xpipe(ready);

	int pid = start(resize_for_ever, large());

	look_at(pid);
	CHECK_EQ(kill(pid), 0);
	CHECK_EQ(xwait(STATUS_KILLED), pid);
}

/* A process that has ended stays in /proc until its parent has waited for
 * it. */
static void proc_shows_a_process_that_execs_and_ends(void)
{
	char *argv[] = { "true", NULL };
	long bytes = large();

	for (int i = 0; i < ENDS; i++) {
		int pid = xfork();

		if (pid == 0) {
			grow(bytes);
			exec("true", argv);
			exit(NO_PROGRAM);
		}
		look_at(pid);
		xwait(0);
		CHECK_EQ(read_all(pid, "status"), ENOENT);
	}
}

/* ---- a program that changes ---- */

static char image[2][IMAGE_MAX]; /* two programs of the same layout */
static size_t image_size[2];

static void load_images(void)
{
	static const char *const names[] = { "/bin/true", "/bin/false" };

	for (int i = 0; i < 2; i++) {
		int fd = xopen(names[i], O_RDONLY);
		long n = read(fd, image[i], IMAGE_MAX);

		CHECK(n > BEGINNING && n < IMAGE_MAX);
		image_size[i] = (size_t)n;
		xclose(fd);
	}
}

/* A kernel may refuse to change a program that runs. */
static void put(int fd, const char *bytes, size_t n)
{
	if (write(fd, bytes, n) < 0)
		CHECK_EQ(errno, ETXTBSY);
}

static void rewrite_for_ever(void)
{
	for (int i = 0;; i = !i) {
		int fd = open("program", O_WRONLY | O_CREATE | O_TRUNC);

		if (fd < 0) {
			CHECK_EQ(errno, ETXTBSY);
			continue;
		}
		put(fd, image[i], BEGINNING);
		put(fd, image[i] + BEGINNING, image_size[i] - BEGINNING);
		xclose(fd);
	}
}

/* exec() loads one program, the other one or a mixture, or refuses a file that
 * is too short. It must never fill the rest of a program with zeros. */
static void program_that_is_rewritten_runs_or_is_refused(void)
{
	char *argv[] = { "program", NULL };
	int status;

	load_images();

	int writer = xfork();

	if (writer == 0)
		rewrite_for_ever();
	for (int i = 0; i < EXECS; i++) {
		int pid = xfork();

		if (pid == 0) {
			exec("./program", argv);
			exit(errno == ENOEXEC || errno == ENOENT ? NO_PROGRAM
								 : errno);
		}
		CHECK_EQ(wait(&status), pid);
		CHECK(status == 0 || status == 1 || status == NO_PROGRAM);
	}
	CHECK_EQ(kill(writer), 0);
	CHECK_EQ(xwait(STATUS_KILLED), writer);
	xunlink("program");
}

const struct test stretch_tests[] = {
	TEST(killed_fork_of_much_memory_leaves_nothing),
	TEST(killed_sbrk_of_much_memory_leaves_nothing),
	TEST(large_heap_may_end_inside_a_page),
	TEST(proc_shows_a_process_that_resizes),
	TEST(proc_shows_a_process_that_execs_and_ends),
	TEST(program_that_is_rewritten_runs_or_is_refused),
	TESTS_END,
};
