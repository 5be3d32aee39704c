/* user/test/usertests/pointers.c: every call that takes a pointer refuses
 * invalid ones, and does no harm. */

#include "tests.h"

#define N 8 /* bytes at a bad address */

/* ---- buffers ---- */

static void read_of_file_to_bad_pointer(void)
{
	char buf[N];

	make_file("file", "12345678", N);
	EACH_BAD(bad, bad_to_store()) {
		int fd = xopen("file", O_RDONLY);
		long n = read(fd, (void *)bad->va, N);

		check_cut_short("read", bad, n);
		xread(fd, buf, n < 0 ? N : (size_t)(N - n));
		CHECK_EQ(buf[0], n < 0 ? '1' : '1' + n);
		xclose(fd);
	}
}

/* So long a read that the kernel does it in several parts. It ends with the
 * last byte that the buffer has room for, wherever that is in a part. */
static void check_long_read(long room)
{
	enum { SIZE = 400 << 10 };
	char *buf = xpages(SIZE / PGSIZE);

	make_file("file", buf, SIZE);
	xsbrk(room - SIZE);

	int fd = xopen("file", O_RDONLY);

	CHECK_EQ(read(fd, buf, SIZE), room);
	CHECK_FAILS(read(fd, buf + room, 1), EFAULT);
	CHECK_EQ(lseek(fd, 0, SEEK_CUR), room);
	xclose(fd);
	xunlink("file");
	xsbrk(-room);
}

static void long_read_to_bad_pointer(void)
{
	check_long_read(256 << 10);
	check_long_read(300 << 10);
}

static void read_of_pipe_to_bad_pointer(void)
{
	char buf[N];

	EACH_BAD(bad, bad_to_store()) {
		int fds[2];

		xpipe(fds);
		xwrite(fds[1], "12345678", N);

		long n = read(fds[0], (void *)bad->va, N);

		check_cut_short("read", bad, n);
		xread(fds[0], buf, n < 0 ? N : (size_t)(N - n));
		xclose(fds[0]);
		xclose(fds[1]);
	}
}

static void read_of_device_to_bad_pointer(void)
{
	int fd = xopen(VMSTAT_PATH, O_RDONLY);

	EACH_BAD(bad, bad_to_store())
		check_cut_short("read", bad, read(fd, (void *)bad->va, N));
}

static void read_of_directory_to_bad_pointer(void)
{
	EACH_BAD(bad, bad_to_store()) {
		int fd = xopen(".", O_RDONLY);

		check_cut_short("read", bad, read(fd, (void *)bad->va, N));
		xclose(fd);
	}
}

static void write_to_file_from_bad_pointer(void)
{
	struct stat st;

	EACH_BAD(bad, bad_to_load()) {
		int fd = xopen("file", O_WRONLY | O_CREATE | O_TRUNC);
		long n = write(fd, (void *)bad->va, N);

		check_cut_short("write", bad, n);
		CHECK_EQ(fstat(fd, &st), 0);
		CHECK_EQ(st.size, n < 0 ? 0 : n);
		xclose(fd);
	}
	xunlink("file");
}

static void write_to_pipe_from_bad_pointer(void)
{
	int fds[2];
	char buf[N];

	xpipe(fds);
	EACH_BAD(bad, bad_to_load()) {
		long n = write(fds[1], (void *)bad->va, N);

		check_cut_short("write", bad, n);
		if (n > 0)
			xread(fds[0], buf, (size_t)n);
	}
	xclose(fds[1]);
	CHECK_EQ(read(fds[0], buf, 1), 0);
}

static void write_to_device_from_bad_pointer(void)
{
	int vmstat = xopen(VMSTAT_PATH, O_WRONLY);
	int console = xopen("/dev/console", O_WRONLY);

	EACH_BAD(bad, bad_to_load()) {
		check_refused("write", bad, write(vmstat, (void *)bad->va, N));
		if (bad->good_bytes == 0)
			check_refused("write", bad,
				      write(console, (void *)bad->va, N));
	}
}

/* ---- results ---- */

static void fstat_to_bad_pointer(void)
{
	int fd = xopen(".", O_RDONLY);

	EACH_BAD(bad, bad_to_store())
		check_refused("fstat", bad, fstat(fd, (struct stat *)bad->va));
}

/* The program never learns the descriptors, so they must not stay open. */
static void pipe_to_bad_pointer(void)
{
	int fds[2];

	for (int i = 0; i < NOFILE; i++) {
		EACH_BAD(bad, bad_to_store())
			check_refused("pipe", bad, pipe((int *)bad->va));
	}
	xpipe(fds);
}

static void wait_to_bad_pointer(void)
{
	EACH_BAD(bad, bad_to_store()) {
		if (strstr(bad->name, "straddled") != NULL)
			continue; /* the valid bytes have room for an int */
		IN_CHILD()
			;
		check_refused("wait", bad, wait((int *)bad->va));
		wait(NULL);
	}
	CHECK_FAILS(wait(NULL), ECHILD);
}

/* ---- strings ---- */

/* If valid bytes come first, they are letters, so the string goes on into the
 * invalid ones. */
static const char *bad_string(const struct bad_address *bad)
{
	memset((void *)bad->va, 'a', (size_t)bad->good_bytes);
	return (const char *)bad->va;
}

static void path_at_bad_pointer(void)
{
	EACH_BAD(bad, bad_to_load()) {
		const char *path = bad_string(bad);

		check_refused("open", bad, open(path, O_RDONLY));
		check_refused("open", bad, open(path, O_RDWR | O_CREATE));
		check_refused("chdir", bad, chdir(path));
		check_refused("mkdir", bad, mkdir(path));
		check_refused("mknod", bad, mknod(path, 1, 1));
		check_refused("unlink", bad, unlink(path));
	}
}

static void two_paths_at_bad_pointers(void)
{
	make_file("file", "", 0);
	EACH_BAD(bad, bad_to_load()) {
		const char *path = bad_string(bad);

		check_refused("link", bad, link(path, "new"));
		check_refused("link", bad, link("file", path));
		check_refused("rename", bad, rename(path, "new"));
		check_refused("rename", bad, rename("file", path));
	}
	xunlink("file");
}

static void exec_with_bad_pointers(void)
{
	char *no_args[] = { NULL };

	EACH_BAD(bad, bad_to_load()) {
		const char *path = bad_string(bad);
		char *bad_arg[] = { "true", (char *)path, NULL };

		check_refused("exec path", bad, exec(path, no_args));
		check_refused("exec argument", bad, exec("true", bad_arg));
		check_refused("exec argv", bad,
			      exec("true", (char *const *)bad->va));
	}
}

/* The last byte of a string may be the last byte of the heap. */
static void path_at_end_of_heap(void)
{
	char *end = xpages(1) + PGSIZE;

	memcpy(end - 5, "file", 5);
	make_file(end - 5, "", 0);
	xunlink("file");
}

/* Wherever a string crosses a page, it is the same string, even if it is as
 * long as a path can be. */
static void path_may_cross_a_page(void)
{
	char *border = xpages(2) + PGSIZE;

	make_file("file", "", 0);
	for (long before = 0; before <= PATH_LEN; before++) {
		char *path = border - before;

		memset(path, '/', PATH_LEN - 5);
		path[0] = '.';
		strcpy(path + PATH_LEN - 5, "file");
		xclose(xopen(path, O_RDONLY));
	}
	xunlink("file");
}

/* ---- sizes ---- */

static void zero_bytes(void)
{
	int fd = xopen("file", O_RDWR | O_CREATE);
	char c = 'x';

	CHECK_EQ(write(fd, &c, 0), 0);
	CHECK_EQ(read(fd, &c, 0), 0);
	xclose(fd);
	xunlink("file");
}

static void negative_sizes(void)
{
	int fd = xopen("file", O_RDWR | O_CREATE);
	int fds[2];
	char c = 'x';

	xpipe(fds);
	CHECK_EQ(write(fd, &c, (size_t)-1), -1);
	CHECK_EQ(write(fds[1], &c, (size_t)-1), -1);
	CHECK_EQ(write(fd, &c, 1UL << 31), -1);
	CHECK_EQ(read(fd, &c, (size_t)-1), -1);
	xclose(fd);
	xunlink("file");
}

/* The size exceeds the program's memory, but the file is short. */
static void size_beyond_the_end_of_memory(void)
{
	char *page = xpages(1);

	make_file("file", "12345678", N);
	int fd = xopen("file", O_RDONLY);

	CHECK_EQ(read(fd, page, 0x7fffffff), N);
	CHECK_EQ(memcmp(page, "12345678", N), 0);
	xclose(fd);
	xunlink("file");
}

const struct test pointer_tests[] = {
	TEST(read_of_file_to_bad_pointer),
	TEST(long_read_to_bad_pointer),
	TEST(read_of_pipe_to_bad_pointer),
	TEST(read_of_device_to_bad_pointer),
	TEST(read_of_directory_to_bad_pointer),
	TEST(write_to_file_from_bad_pointer),
	TEST(write_to_pipe_from_bad_pointer),
	TEST(write_to_device_from_bad_pointer),
	TEST(fstat_to_bad_pointer),
	TEST(pipe_to_bad_pointer),
	TEST(wait_to_bad_pointer),
	TEST(path_at_bad_pointer),
	TEST(two_paths_at_bad_pointers),
	TEST(exec_with_bad_pointers),
	TEST(path_at_end_of_heap),
	TEST(path_may_cross_a_page),
	TEST(zero_bytes),
	TEST(negative_sizes),
	TEST(size_beyond_the_end_of_memory),
	TESTS_END,
};
