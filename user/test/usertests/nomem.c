/* user/test/usertests/nomem.c: every call that allocates memory, with memory
 * exhausted at each of its allocations. The call must fail with ENOMEM and lose
 * nothing. */

#include "tests.h"

static long step_sbrk(int fd, int n)
{
	return call_with_failure(fd, n, SYS_sbrk, 20 * (long)PGSIZE, 0, 0);
}

/* The heap grows so far that it needs new page tables, too. */
static long step_sbrk_far(int fd, int n)
{
	return call_with_failure(fd, n, SYS_sbrk, 600 * (long)PGSIZE, 0, 0);
}

/* The heap must still end at the same address, and be usable. */
static long step_sbrk_again(int fd, int n)
{
	char *end = (char *)xsbrk(10) + 10; /* inside a page */
	long result = step_sbrk(fd, n);
	int reason = errno;

	if (result < 0) {
		CHECK(xsbrk(0) == end);
		memset(xsbrk(100), 1, 100);
	}
	errno = reason;
	return result;
}

static void sbrk_without_memory(void)
{
	sweep_failures("sbrk", step_sbrk);
	sweep_failures("sbrk", step_sbrk_again);
}

static void big_sbrk_without_memory(void)
{
	sweep_failures("sbrk", step_sbrk_far);
}

/* So much that a kernel may do it in parts, of which a later one fails. It need
 * not fail in a kernel that allocates pages only when they are used. */
static void large_sbrk_without_memory(void)
{
	static const int points[] = { 1, 4096, 4100, 5000, 8200 };
	int fd = xopen(VMSTAT_PATH, O_WRONLY);
	char *end = xsbrk(10);

	end[9] = 7;
	for (size_t i = 0; i < ARRAY_LEN(points); i++) {
		struct vmstat before = measure();
		if (call_with_failure(fd, points[i], SYS_sbrk, 33L << 20, 0,
				      0) < 0)
			CHECK_EQ(errno, ENOMEM);
		else
			xsbrk(-(33L << 20));
		struct vmstat after = measure();
		CHECK_EQ(after.used - before.used, 0);
		CHECK(xsbrk(0) == end + 10);
		CHECK_EQ(end[9], 7);
	}
	memset(xsbrk(2 * PGSIZE), 1, 2 * PGSIZE);
}

/* The child shares the memory with its parent in several stretches, each of
 * which has pages and needs page tables. */
static void large_fork_without_memory(void)
{
	static const int nth[] = { 4, 12, 20 };
	int fd = xopen(VMSTAT_PATH, O_WRONLY);
	long size = 40 << 20;

	if (xvmstat("free") < 2 * size / (long)PGSIZE)
		return; /* too little memory for several stretches */

	char *heap = xsbrk(size);

	for (long i = 0; i < size; i += 1 << 20)
		heap[i] = 1;
	heap[0] = heap[size - 1] = 'x';
	for (size_t i = 0; i < ARRAY_LEN(nth); i++) {
		struct vmstat before = measure();

		CHECK_FAILS(call_with_failure(fd, nth[i], SYS_fork, 0, 0, 0),
			    ENOMEM);
		CHECK_EQ(measure().free, before.free);
		CHECK(heap[0] == 'x' && heap[size - 1] == 'x');
	}
	xclose(fd);
}

static long step_exec(int fd, int n)
{
	static char *argv[] = { "true", "x", NULL };

	return call_with_failure(fd, n, SYS_exec, (long)"/bin/true", (long)argv,
				 0);
}

static void exec_without_memory(void)
{
	sweep_failures("exec", step_exec);
}

static void fork_without_memory(void)
{
	sweep_failures("fork", fork_with_failure);
}

/* The child's floating-point registers need memory, too. A fork that succeeds
 * gives it those of its parent. */
static long step_fork_with_floats(int fd, int n)
{
	const long value = 4711;
	long seen;

	__asm__ volatile("fmv.d.x fa0, %0" : : "r"(value) : "fa0");

	long pid = call_with_failure(fd, n, SYS_fork, 0, 0, 0);

	if (pid == 0) {
		__asm__ volatile("fmv.x.d %0, fa0" : "=r"(seen));
		exit(seen == value ? 0 : 1);
	}
	if (pid > 0)
		xwait(0);
	return pid;
}

/* The kernel packs the registers of several processes into a frame. So there
 * are more and more of them, and now and then the next one takes a frame. */
static void fork_of_floats_without_memory(void)
{
	enum { HOLDERS = 16 };
	int fd = xopen(VMSTAT_PATH, O_WRONLY);
	int go[2];

	sweep_failures("fork", step_fork_with_floats);
	xpipe(go);
	for (int i = 0; i < HOLDERS; i++) {
		int n = 1;

		while (step_fork_with_floats(fd, n) < 0) {
			CHECK_EQ(errno, ENOMEM);
			CHECK(n++ < 1000);
		}
		IN_CHILD() {
			__asm__ volatile("fmv.d.x fa0, zero" : : : "fa0");
			signal_take(go);
		}
	}
	for (int i = 0; i < HOLDERS; i++)
		signal_give(go);
	for (int i = 0; i < HOLDERS; i++)
		xwait(0);
}

/* The first float instruction of a process when there is no frame for its
 * registers: it dies, or there is room in a frame. */
static void first_float_without_memory(void)
{
	enum { HOLDERS = 16 };
	int go[2];
	int killed = 0;

	xpipe(go);
	for (int i = 0; i < HOLDERS; i++) {
		int alive[2];
		char c;

		xpipe(alive);
		IN_CHILD() {
			int fd = xopen(VMSTAT_PATH, O_WRONLY);

			own_stack();
			xwrite(fd, "fail 0", 6);
			xwrite(fd, "fail 1", 6);
			__asm__ volatile("fmv.d.x fa0, zero" : : : "fa0");
			xwrite(fd, "fail 0", 6);
			signal_give(alive);
			xclose(alive[1]);
			signal_take(go);
		}
		xclose(alive[1]);
		if (read(alive[0], &c, 1) == 0) {
			vmstat_command("fail 0");
			xwait(STATUS_KILLED);
			killed++;
		}
		xclose(alive[0]);
	}
	CHECK(killed > 0);
	for (int i = killed; i < HOLDERS; i++)
		signal_give(go);
	for (int i = killed; i < HOLDERS; i++)
		xwait(0);
}

/* The buffer for the text of /proc. It is shared with the parent, so the read
 * must copy it. */
static char shared[PGSIZE];

static long step_read_proc(int fd, int n)
{
	int status = xopen("/proc/self/status", O_RDONLY);

	return call_with_failure(fd, n, SYS_read, status, (long)shared,
				 sizeof(shared));
}

static void read_of_proc_without_memory(void)
{
	memset(shared, 1, sizeof(shared));
	sweep_failures("read", step_read_proc);
}

static long step_pipe(int fd, int n)
{
	int fds[2];

	return call_with_failure(fd, n, SYS_pipe, (long)fds, 0, 0);
}

static void pipe_without_memory(void)
{
	sweep_failures("pipe", step_pipe);
}

static long step_open(int fd, int n)
{
	return call_with_failure(fd, n, SYS_open, (long)"/dev/null", O_RDONLY,
				 0);
}

static long step_create(int fd, int n)
{
	return call_with_failure(fd, n, SYS_open, (long)"new",
				 O_RDWR | O_CREATE, 0);
}

static void open_without_memory(void)
{
	sweep_failures("open", step_open);
	sweep_failures("open", step_create);
	xunlink("new");
}

static long step_mkdir(int fd, int n)
{
	return call_with_failure(fd, n, SYS_mkdir, (long)"dir", 0, 0);
}

static long step_chdir(int fd, int n)
{
	return call_with_failure(fd, n, SYS_chdir, (long)"dir", 0, 0);
}

static long step_rename(int fd, int n)
{
	return call_with_failure(fd, n, SYS_rename, (long)"dir", (long)"other",
				 0);
}

static long step_link(int fd, int n)
{
	return call_with_failure(fd, n, SYS_link, (long)"file", (long)"link",
				 0);
}

static long step_unlink(int fd, int n)
{
	return call_with_failure(fd, n, SYS_unlink, (long)"link", 0, 0);
}

static void calls_on_names_without_memory(void)
{
	make_file("file", "", 0);
	sweep_failures("mkdir", step_mkdir);
	sweep_failures("chdir", step_chdir);
	sweep_failures("rename", step_rename);
	sweep_failures("link", step_link);
	sweep_failures("unlink", step_unlink);
	xunlink("file");
	xunlink("other");
}

static char buf[3 * PGSIZE];

static long step_write(int fd, int n)
{
	int file = xopen("file", O_WRONLY);

	return call_with_failure(fd, n, SYS_write, file, (long)buf,
				 sizeof(buf));
}

static long step_read(int fd, int n)
{
	int file = xopen("file", O_RDONLY);

	memset(buf, 0, sizeof(buf)); /* makes its pages private */
	return call_with_failure(fd, n, SYS_read, file, (long)buf, sizeof(buf));
}

static void read_and_write_without_memory(void)
{
	make_file("file", "", 0);
	sweep_failures("write", step_write);
	sweep_failures("read", step_read);
	xunlink("file");
}

#define AGES 0x7fffffff /* ticks, more than any test takes */

static int sleeping_child(void)
{
	int pid = xfork();

	if (pid == 0)
		sleep(AGES);
	return pid;
}

/* A call that gives something back must not need memory for it. */
static void calls_that_need_no_memory(void)
{
	int fd = xopen(VMSTAT_PATH, O_WRONLY), status = 0, fds[2];
	char *pages = xpages(3);
	int sleeper = sleeping_child(), zombie = xzombie(5);

	pages_fill(pages, 3, 1);
	own_stack();
	xpipe(fds);
	CHECK_EQ(call_with_failure(fd, 1, SYS_wait, (long)&status, 0, 0),
		 zombie);
	CHECK_EQ(status, 5);
	CHECK_EQ(call_with_failure(fd, 1, SYS_close, fds[0], 0, 0), 0);
	CHECK_EQ(call_with_failure(fd, 1, SYS_close, fds[1], 0, 0), 0);
	CHECK_EQ(call_with_failure(fd, 1, SYS_sbrk, -(long)PGSIZE, 0, 0),
		 pages + 3 * PGSIZE);
	CHECK_EQ(call_with_failure(fd, 1, SYS_sbrk, -10, 0, 0),
		 pages + 2 * PGSIZE);
	CHECK_EQ(call_with_failure(fd, 1, SYS_kill, sleeper, 0, 0), 0);
	xwait(STATUS_KILLED);
}

const struct test nomem_tests[] = {
	TEST(sbrk_without_memory),
	TEST(big_sbrk_without_memory),
	TEST(large_sbrk_without_memory),
	TEST(large_fork_without_memory),
	TEST(exec_without_memory),
	TEST(fork_without_memory),
	TEST(fork_of_floats_without_memory),
	TEST(first_float_without_memory),
	TEST(read_of_proc_without_memory),
	TEST(pipe_without_memory),
	TEST(open_without_memory),
	TEST(calls_on_names_without_memory),
	TEST(read_and_write_without_memory),
	TEST(calls_that_need_no_memory),
	TESTS_END,
};
