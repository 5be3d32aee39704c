/* user/test/usertests/file.c: open, read and write files. */

#include "tests.h"

static const int bad_fds[] = { -1,      NOFILE,     NOFILE + 1,
			       1000000, 0x7fffffff, -0x7fffffff - 1 };

/* The contents of a file, at most 63 bytes. */
static const char *contents(const char *path)
{
	static char text[64];
	int fd = xopen(path, O_RDONLY);
	long n = read(fd, text, sizeof(text) - 1);

	CHECK(n >= 0);
	text[n] = '\0';
	xclose(fd);
	return text;
}

static void check_contents(const char *path, const char *expected)
{
	if (strcmp(contents(path), expected) != 0)
		fail("%s has '%s', not '%s'", path, contents(path), expected);
}

static struct stat xstat(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		fail("stat %s: %s", path, strerror(errno));
	return st;
}

/* ---- descriptors ---- */

static void bad_descriptors_are_refused(void)
{
	struct stat st;
	char c;

	for (size_t i = 0; i < ARRAY_LEN(bad_fds); i++) {
		int fd = bad_fds[i];

		CHECK_FAILS(read(fd, &c, 1), EBADF);
		CHECK_FAILS(write(fd, &c, 1), EBADF);
		CHECK_FAILS(close(fd), EBADF);
		CHECK_FAILS(dup(fd), EBADF);
		CHECK_FAILS(fstat(fd, &st), EBADF);
		CHECK_FAILS(lseek(fd, 0, SEEK_SET), EBADF);
	}
}

static void closed_descriptor_is_refused(void)
{
	int fd = xopen(".", O_RDONLY);
	char c;

	xclose(fd);
	CHECK_FAILS(close(fd), EBADF);
	CHECK_FAILS(read(fd, &c, 1), EBADF);
}

static void lowest_descriptor_is_used(void)
{
	int first = xopen(".", O_RDONLY);
	int second = xopen(".", O_RDONLY);

	CHECK(second > first);
	xclose(first);
	CHECK_EQ(dup(second), first);
	xclose(first);
	CHECK_EQ(xopen(".", O_RDONLY), first);
}

static void too_many_open_files_fail(void)
{
	int fds[2];
	int fd;
	int last = -1;

	make_file("file", "", 0);
	while ((fd = open("file", O_RDONLY)) >= 0)
		last = fd;
	CHECK_EQ(errno, EMFILE);
	CHECK_EQ(last, NOFILE - 1);
	CHECK_FAILS(dup(last), EMFILE);
	CHECK_FAILS(pipe(fds), EMFILE);
	CHECK_FAILS(open("new", O_RDWR | O_CREATE), EMFILE);
	xclose(last);
	CHECK_FAILS(pipe(fds), EMFILE); /* it needs two descriptors */
	CHECK_EQ(xopen("file", O_RDONLY), last);
	xunlink("file");
}

static void dup_shares_the_offset(void)
{
	char c;

	make_file("file", "abc", 3);
	int fd = xopen("file", O_RDONLY);
	int copy = dup(fd);
	xread(fd, &c, 1);
	xread(copy, &c, 1);
	CHECK_EQ(c, 'b');
	xclose(fd);
	xread(copy, &c, 1);
	CHECK_EQ(c, 'c');
	xunlink("file");
}

static void each_open_has_its_own_offset(void)
{
	char c;

	make_file("file", "abc", 3);
	int first = xopen("file", O_RDONLY);
	int second = xopen("file", O_RDONLY);
	xread(first, &c, 1);
	xread(second, &c, 1);
	CHECK_EQ(c, 'a');
	xunlink("file");
}

/* ---- open ---- */

static void open_of_missing_file_fails(void)
{
	CHECK_FAILS(open("none", O_RDONLY), ENOENT);
	CHECK_FAILS(open("none", O_RDWR), ENOENT);
	CHECK_FAILS(open("none/file", O_RDWR | O_CREATE), ENOENT);
	CHECK_FAILS(open("none", O_TRUNC | O_WRONLY), ENOENT);
}

static void open_with_both_write_flags_fails(void)
{
	CHECK_FAILS(open("none", O_WRONLY | O_RDWR | O_CREATE), EINVAL);
	CHECK_FAILS(open("none", O_RDONLY), ENOENT);
}

static void open_through_a_file_fails(void)
{
	make_file("file", "", 0);
	CHECK_FAILS(open("file/x", O_RDONLY), ENOTDIR);
	CHECK_FAILS(open("file/x", O_RDWR | O_CREATE), ENOTDIR);
	CHECK_FAILS(mkdir("file/x"), ENOTDIR);
	CHECK_FAILS(chdir("file"), ENOTDIR);
	xunlink("file");
}

static void directory_cannot_be_opened_for_writing(void)
{
	xmkdir("dir");
	CHECK_FAILS(open("dir", O_WRONLY), EISDIR);
	CHECK_FAILS(open("dir", O_RDWR), EISDIR);
	CHECK_FAILS(open("dir", O_RDONLY | O_TRUNC), EISDIR);
	int fd = xopen("dir", O_RDONLY);
	CHECK_FAILS(write(fd, "x", 1), EBADF);
	xclose(fd);
	xunlink("dir");
}

static void access_mode_is_enforced(void)
{
	char c = 'x';
	int fd = xopen("file", O_WRONLY | O_CREATE);

	CHECK_FAILS(read(fd, &c, 1), EBADF);
	xclose(fd);
	fd = xopen("file", O_RDONLY);
	CHECK_FAILS(write(fd, &c, 1), EBADF);
	xclose(fd);
	CHECK_EQ(xstat("file").size, 0);
	xunlink("file");
}

static void create_keeps_what_is_there(void)
{
	make_file("file", "abc", 3);
	xclose(xopen("file", O_RDWR | O_CREATE));
	check_contents("file", "abc");
	xunlink("file");
}

static void truncate_empties_the_file(void)
{
	make_file("file", "abc", 3);
	int reader = xopen("file", O_RDONLY);
	char c;

	xread(reader, &c, 1);
	int fd = xopen("file", O_WRONLY | O_TRUNC);
	CHECK_EQ(xstat("file").size, 0);
	CHECK_EQ(read(reader, &c, 1), 0);
	xwrite(fd, "xyz", 3);
	xread(reader, &c, 1);
	CHECK_EQ(c, 'y');
	xunlink("file");
}

static void append_writes_at_the_end(void)
{
	make_file("file", "abc", 3);
	int fd = xopen("file", O_WRONLY | O_APPEND);
	int other = xopen("file", O_WRONLY);

	xwrite(fd, "d", 1);
	xwrite(other, "A", 1);
	CHECK_EQ(lseek(fd, 0, SEEK_SET), 0);
	xwrite(fd, "e", 1);
	check_contents("file", "Abcde");
	xclose(xopen("file", O_WRONLY | O_TRUNC));
	xwrite(fd, "f", 1);
	check_contents("file", "f");
	xunlink("file");
}

/* ---- offsets ---- */

static void lseek_moves_the_offset(void)
{
	make_file("file", "0123456789", 10);
	int fd = xopen("file", O_RDWR);
	char c;

	CHECK_EQ(lseek(fd, 4, SEEK_SET), 4);
	xread(fd, &c, 1);
	CHECK_EQ(c, '4');
	CHECK_EQ(lseek(fd, 2, SEEK_CUR), 7);
	CHECK_EQ(lseek(fd, -3, SEEK_CUR), 4);
	CHECK_EQ(lseek(fd, -1, SEEK_END), 9);
	xwrite(fd, "x", 1);
	CHECK_EQ(lseek(fd, 0, SEEK_CUR), 10);
	check_contents("file", "012345678x");
	xunlink("file");
}

static void lseek_out_of_range_fails(void)
{
	make_file("file", "abc", 3);
	int fd = xopen("file", O_RDWR);

	CHECK_EQ(lseek(fd, 1, SEEK_SET), 1);
	CHECK_FAILS(lseek(fd, -1, SEEK_SET), EINVAL);
	CHECK_FAILS(lseek(fd, -2, SEEK_CUR), EINVAL);
	CHECK_FAILS(lseek(fd, -4, SEEK_END), EINVAL);
	CHECK_FAILS(lseek(fd, 0x7fffffffffffffff, SEEK_SET), EINVAL);
	CHECK_FAILS(lseek(fd, 0x7fffffffffffffff, SEEK_CUR), EINVAL);
	CHECK_FAILS(lseek(fd, 0, 3), EINVAL);
	CHECK_FAILS(lseek(fd, 0, -1), EINVAL);
	CHECK_EQ(lseek(fd, 0, SEEK_CUR), 1);
	xunlink("file");
}

static void read_past_the_end_gives_nothing(void)
{
	char c;

	make_file("file", "abc", 3);
	int fd = xopen("file", O_RDONLY);
	CHECK_EQ(lseek(fd, 100, SEEK_SET), 100);
	CHECK_EQ(read(fd, &c, 1), 0);
	CHECK_EQ(xstat("file").size, 3);
	xunlink("file");
}

static void gaps_read_as_zeros(void)
{
	static char buf[3 * PGSIZE];

	int fd = xopen("file", O_RDWR | O_CREATE);
	CHECK_EQ(lseek(fd, 2 * PGSIZE + 10, SEEK_SET), 2 * PGSIZE + 10);
	xwrite(fd, "x", 1);
	CHECK_EQ(lseek(fd, 0, SEEK_SET), 0);
	memset(buf, 1, sizeof(buf));
	CHECK_EQ(read(fd, buf, sizeof(buf)), 2 * PGSIZE + 11);
	for (size_t i = 0; i < 2 * PGSIZE + 10; i++)
		CHECK_EQ(buf[i], 0);
	CHECK_EQ(buf[2 * PGSIZE + 10], 'x');
	xunlink("file");
}

/* The contents that the file had before O_TRUNC must not come back. */
static void gap_after_truncate_is_zero(void)
{
	char text[6];

	make_file("file", "secret", 6);
	int fd = xopen("file", O_RDWR | O_TRUNC);
	CHECK_EQ(lseek(fd, 5, SEEK_SET), 5);
	xwrite(fd, "x", 1);
	CHECK_EQ(lseek(fd, 0, SEEK_SET), 0);
	xread(fd, text, 6);
	CHECK_EQ(memcmp(text, "\0\0\0\0\0x", 6), 0);
	xunlink("file");
}

/* ---- fstat and devices ---- */

/* struct stat has a gap between its members, which the kernel must clear. */
static void fstat_shows_no_bytes_of_the_kernel(void)
{
	struct stat st;

	for (int i = 0; i < 20; i++) {
		memset(&st, 0xff, sizeof(st));
		sleep(0);
		getpid();
		CHECK(stat("/bin/true", &st) == 0);
		CHECK_EQ(st.unused, 0);
	}
}

static void fstat_reports_the_type(void)
{
	make_file("file", "abc", 3);
	xmkdir("dir");
	CHECK_EQ(xstat("file").type, T_FILE);
	CHECK_EQ(xstat("file").size, 3);
	CHECK_EQ(xstat("dir").type, T_DIR);
	CHECK_EQ(xstat("/dev/console").type, T_DEVICE);
	CHECK(xstat("file").ino != xstat("dir").ino);
	xunlink("file");
	xunlink("dir");
}

static void null_device_discards_writes(void)
{
	static const size_t sizes[] = { 1, PGSIZE, PGSIZE + 1, 3 * PGSIZE };
	static char bytes[3 * PGSIZE];
	int fd = xopen("/dev/null", O_RDWR);
	char c;

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
		CHECK_EQ(write(fd, bytes, sizes[i]), sizes[i]);
	CHECK_EQ(read(fd, &c, 1), 0);
}

static void device_without_driver_cannot_be_opened(void)
{
	CHECK_EQ(mknod("device", 999, 0), 0);
	CHECK_FAILS(open("device", O_RDWR), ENODEV);
	CHECK_FAILS(mknod("device", 1, 0), EEXIST);
	xunlink("device");
}

static void sync_succeeds(void)
{
	make_file("file", "abc", 3);
	CHECK_EQ(sync(), 0);
	check_contents("file", "abc");
	xunlink("file");
}

const struct test file_tests[] = {
	TEST(bad_descriptors_are_refused),
	TEST(closed_descriptor_is_refused),
	TEST(lowest_descriptor_is_used),
	TEST(too_many_open_files_fail),
	TEST(dup_shares_the_offset),
	TEST(each_open_has_its_own_offset),
	TEST(open_of_missing_file_fails),
	TEST(open_with_both_write_flags_fails),
	TEST(open_through_a_file_fails),
	TEST(directory_cannot_be_opened_for_writing),
	TEST(access_mode_is_enforced),
	TEST(create_keeps_what_is_there),
	TEST(truncate_empties_the_file),
	TEST(append_writes_at_the_end),
	TEST(lseek_moves_the_offset),
	TEST(lseek_out_of_range_fails),
	TEST(read_past_the_end_gives_nothing),
	TEST(gaps_read_as_zeros),
	TEST(gap_after_truncate_is_zero),
	TEST(fstat_shows_no_bytes_of_the_kernel),
	TEST(fstat_reports_the_type),
	TEST(null_device_discards_writes),
	TEST(device_without_driver_cannot_be_opened),
	TEST(sync_succeeds),
	TESTS_END,
};
