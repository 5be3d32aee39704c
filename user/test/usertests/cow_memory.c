/* user/test/usertests/cow_memory.c: memory is exhausted during fork and during
 * copies. */

#include "tests.h"

#define PAGES 520 /* more pages than one leaf table maps */

enum { SEED_OLD = 0x1111, SEED_NEW = 0x2222 };

static char *pages;

static void make_pages(long count)
{
	pages = xpages(count);
	pages_fill(pages, count, SEED_OLD);
}

/* ---- fork ---- */

static long step_fork(int fd, int n)
{
	long pid = call_with_failure(fd, n, SYS_fork, 0, 0, 0);
	int reason = errno;

	if (pid == 0)
		exit(0);
	if (pid > 0)
		xwait(0);
	pages_check(pages, PAGES, SEED_OLD);
	pages_fill(pages, PAGES, SEED_NEW);
	pages_check(pages, PAGES, SEED_NEW);
	errno = reason;
	return pid;
}

static void fork_fails_at_every_point(void)
{
	make_pages(PAGES);
	sweep_failures("fork", step_fork);
}

/* The parent has more memory than any kernel could copy. */
static void fork_of_more_than_half_of_memory(void)
{
	long count = xvmstat("total") / 100 * 55;

	make_pages(count);
	IN_CHILD() {
		pages_check(pages, count, SEED_OLD);
		pages_fill(pages, 100, SEED_NEW);
	}
	pages_fill(pages + 100 * PGSIZE, 100, SEED_NEW);
	xwait(0);
	pages_check(pages, 100, SEED_OLD);
}

/* Take memory until only that many frames are free. */
static void take_all_but(long frames)
{
	long more;

	while ((more = xvmstat("free") - frames) > 0)
		pages_fill(xpages(more > 64 ? more / 2 : 1),
			   more > 64 ? more / 2 : 1, 1);
}

/* A child needs its page tables, a stack in the kernel and a few copies, even
 * if almost no memory is left. */
static void fork_needs_few_frames(void)
{
	enum { FREE = 60, OWN = 20, CHILD = 12 };
	int ready[2], go[2];

	xpipe(ready);
	xpipe(go);
	IN_CHILD() {
		take_all_but(FREE);
		signal_give(ready);
		signal_take(go);
	}
	signal_take(ready);
	make_pages(OWN);

	long free = measure().free;
	int pid = fork();

	if (pid == 0) {
		signal_take(go);
		exit(0);
	}

	long taken = free - measure().free;

	signal_give(go);
	if (pid > 0)
		signal_give(go);
	CHECK(pid > 0 && taken <= CHILD);
	xwait(0);
	xwait(0);
}

/* ---- a store ---- */

/* If the page is shared, this kills the process, because there is no frame for
 * the copy. */
static void store_without_memory(void)
{
	int fd = xopen(VMSTAT_PATH, O_WRONLY);

	xwrite(fd, "fail 0", 6); /* copy the pages that a write needs */
	xwrite(fd, "fail 1", 6);
	*(volatile char *)pages = 0;
	xwrite(fd, "fail 0", 6);
}

static void child_without_memory_dies_alone(void)
{
	make_pages(PAGES);
	IN_CHILD()
		store_without_memory();
	xwait(STATUS_KILLED);
	pages_check(pages, PAGES, SEED_OLD);
	pages_fill(pages, PAGES, SEED_NEW);
	pages_check(pages, PAGES, SEED_NEW);
	check_audit();
}

static void parent_without_memory_dies_alone(void)
{
	int done[2];
	char c;

	xpipe(done);
	make_pages(PAGES);
	IN_CHILD() {
		int gone[2];

		xpipe(gone);
		IN_CHILD() {
			xclose(gone[1]);
			read(gone[0], &c, 1);
			pages_check(pages, PAGES, SEED_OLD);
			signal_give(done);
		}
		store_without_memory();
	}
	xclose(done[1]);
	xwait(STATUS_KILLED);
	xread(done[0], &c, 1);
	pages_check(pages, PAGES, SEED_OLD);
	check_audit();
}

/* ---- the kernel's own writes ---- */

/* Read some bytes into two shared pages. If memory is exhausted at the second
 * page, the read may return the bytes of the first one. */
static long read_with_failure(int vmstat_fd, int n, int fd)
{
	char *at = pages + PGSIZE - 4;
	long got = call_with_failure(vmstat_fd, n, SYS_read, fd, (long)at, 8);

	if (got < 0 || got == 8)
		return got;
	CHECK_EQ(got, 4);
	errno = ENOMEM;
	return -1;
}

static long step_read_file(int fd, int n)
{
	return read_with_failure(fd, n, xopen("file", O_RDONLY));
}

/* The bytes that were not read are still there. */
static long step_read_pipe(int fd, int n)
{
	int fds[2];
	char left[8];

	xpipe(fds);
	xwrite(fds[1], "12345678", 8);

	long got = read_with_failure(fd, n, fds[0]);
	int reason = errno;

	xclose(fds[1]);

	long rest = read(fds[0], left, sizeof(left));

	CHECK(got == 8 ? rest == 0 : rest == 4 || rest == 8);
	CHECK_EQ(memcmp(left, &"12345678"[8 - rest], (size_t)rest), 0);
	errno = reason;
	return got;
}

static long step_read_directory(int fd, int n)
{
	return read_with_failure(fd, n, xopen("/", O_RDONLY));
}

static long step_read_device(int fd, int n)
{
	return read_with_failure(fd, n, xopen(VMSTAT_PATH, O_RDONLY));
}

/* The child can be waited for again, and has the same status. */
static long step_wait(int fd, int n)
{
	char *at = pages + PGSIZE - 2;
	int child = xfork_settled();
	int status;

	if (child == 0)
		exit(42);
	await_zombie(child);

	long result = call_with_failure(fd, n, SYS_wait, (long)at, 0, 0);
	int reason = errno;

	if (result < 0) {
		CHECK_EQ(wait(&status), child);
	} else {
		CHECK_EQ(result, child);
		memcpy(&status, at, sizeof(status));
	}
	CHECK_EQ(status, 42);
	CHECK_FAILS(wait(NULL), ECHILD);
	errno = reason;
	return result;
}

static long step_fstat(int fd, int n)
{
	char *at = pages + PGSIZE - 4;

	return call_with_failure(fd, n, SYS_fstat, xopen("file", O_RDONLY),
				 (long)at, 0);
}

static long step_pipe(int fd, int n)
{
	char *at = pages + PGSIZE - 4;

	return call_with_failure(fd, n, SYS_pipe, (long)at, 0, 0);
}

static void check_kernel_write(const char *what, long (*step)(int fd, int n))
{
	make_pages(2);
	make_file("file", "12345678", 8);
	IN_CHILD() {
		/* Without copy-on-write a read allocates nothing at all. */
		int fd = xopen(VMSTAT_PATH, O_WRONLY);

		CHECK_FAILS(step(fd, 1), ENOMEM);
		pages_check(pages, 2, SEED_OLD);
		pages_fill(pages, 2, SEED_NEW);
		pages_check(pages, 2, SEED_NEW);
	}
	xwait(0);
	sweep_failures(what, step);
	pages_check(pages, 2, SEED_OLD);
	for (size_t i = sizeof(int); i < PGSIZE; i++)
		CHECK_EQ(pages[i], 0);
}

static void read_of_file_without_memory(void)
{
	check_kernel_write("read", step_read_file);
}

static void read_of_pipe_without_memory(void)
{
	check_kernel_write("read", step_read_pipe);
}

static void read_of_directory_without_memory(void)
{
	check_kernel_write("read", step_read_directory);
}

static void read_of_device_without_memory(void)
{
	check_kernel_write("read", step_read_device);
}

static void wait_without_memory(void)
{
	check_kernel_write("wait", step_wait);
}

static void fstat_without_memory(void)
{
	check_kernel_write("fstat", step_fstat);
}

static void pipe_without_memory(void)
{
	check_kernel_write("pipe", step_pipe);
}

/* A copy that could not be made is not counted. */
static void copies_without_memory_are_not_counted(void)
{
	int fds[2];

	make_pages(1);
	xpipe(fds);
	xwrite(fds[1], "1234", 4);
	IN_MEASURED_CHILD() {
		int fd = xopen(VMSTAT_PATH, O_WRONLY);

		for (int n = 1; n >= 0; n--) {
			struct vmstat before = measure();
			long got = call_with_failure(fd, n, SYS_read, fds[0],
						     (long)pages, 2);
			int reason = errno;
			struct vmstat after = measure();

			CHECK(got == 2 || (n > 0 && reason == ENOMEM));
			CHECK_EQ(after.cow_copy - before.cow_copy,
				 after.used - before.used);
		}
	}
	xwait(0);
}

/* ---- memory that is really exhausted ---- */

/* Make more pages than memory has room to copy. */
static long make_most_of_memory(void)
{
	long count = xvmstat("free") / 10 * 6;

	make_pages(count);
	return count;
}

static void child_uses_up_memory(void)
{
	long count = make_most_of_memory();

	IN_CHILD()
		pages_fill(pages, count, SEED_NEW);
	xwait(STATUS_KILLED);
	pages_check(pages, count, SEED_OLD);
	IN_CHILD()
		pages_check(pages, count, SEED_OLD);
	xwait(0);
}

static void parent_uses_up_memory(void)
{
	int done[2];
	char c;

	xpipe(done);
	IN_CHILD() {
		long count = make_most_of_memory();
		int parent = getpid();
		int gone[2];

		xpipe(gone);
		IN_CHILD() {
			xclose(gone[1]);
			read(gone[0], &c, 1);
			pages_check(pages, count, SEED_OLD);
			await_gone(parent);
			pages_fill(pages, count, SEED_NEW);
			signal_give(done);
		}
		pages_fill(pages, count, SEED_NEW);
	}
	xclose(done[1]);
	xwait(STATUS_KILLED);
	xread(done[0], &c, 1);
}

const struct test cow_memory_tests[] = {
	TEST(fork_fails_at_every_point),
	TEST(fork_of_more_than_half_of_memory),
	TEST(fork_needs_few_frames),
	TEST(child_without_memory_dies_alone),
	TEST(parent_without_memory_dies_alone),
	TEST(read_of_file_without_memory),
	TEST(read_of_pipe_without_memory),
	TEST(read_of_directory_without_memory),
	TEST(read_of_device_without_memory),
	TEST(wait_without_memory),
	TEST(fstat_without_memory),
	TEST(pipe_without_memory),
	TEST(copies_without_memory_are_not_counted),
	TEST(child_uses_up_memory),
	TEST(parent_uses_up_memory),
	TESTS_END,
};
