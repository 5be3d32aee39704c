/* user/test/usertests/argument.c: numbers as arguments of system calls.
 *
 * One rule holds for every argument that is an int: only the lower 32 bits of
 * the register count, and a value out of range is an error. */

#include "tests.h"

#define JUNK 0x7654321000000000L /* set in the upper half, which is ignored */

/* The result, or the error as a negative number. */
static long call(long number, long arg0, long arg1, long arg2)
{
	register long a0 __asm__("a0") = arg0;
	register long a1 __asm__("a1") = arg1;
	register long a2 __asm__("a2") = arg2;
	register long a7 __asm__("a7") = number;

	__asm__ volatile("ecall"
			 : "+r"(a0), "+r"(a1)
			 : "r"(a2), "r"(a7)
			 : "memory");
	return a0 == -1 ? -a1 : a0;
}

/* An int with junk in the upper half of its register. */
static long junk(int n)
{
	return JUNK | (long)(uint)n;
}

static void upper_half_of_descriptor_does_not_matter(void)
{
	char buf[4];
	struct stat st;
	int fd, copy;

	make_file("file", "1234", 4);
	fd = xopen("file", O_RDWR);
	CHECK_EQ(call(SYS_read, junk(fd), (long)buf, 4), 4);
	CHECK_EQ(call(SYS_lseek, junk(fd), 1, junk(SEEK_SET)), 1);
	CHECK_EQ(call(SYS_write, junk(fd), (long)buf, 1), 1);
	CHECK_EQ(call(SYS_fstat, junk(fd), (long)&st, 0), 0);
	CHECK_EQ(st.size, 4);
	copy = (int)call(SYS_dup, junk(fd), 0, 0);
	CHECK(copy > fd);
	CHECK_EQ(call(SYS_close, junk(copy), 0, 0), 0);
	CHECK_EQ(call(SYS_close, junk(fd), 0, 0), 0);
	CHECK_EQ(call(SYS_close, junk(fd), 0, 0), -EBADF);
}

static void upper_half_of_other_ints_does_not_matter(void)
{
	int pid, fd, status;

	fd = (int)call(SYS_open, (long)"made", junk(O_CREATE | O_WRONLY), 0);
	CHECK(fd > 2);
	xwrite(fd, "x", 1);
	CHECK_EQ(call(SYS_kill, junk(0x7ffffff0), 0, 0), -ESRCH);
	CHECK_EQ(call(SYS_sleep, junk(0), 0, 0), 0);
	CHECK_EQ(call(SYS_sleep, junk(-1), 0, 0), 0);
	CHECK_EQ(call(SYS_foreground, junk(0), junk(0), 0), foreground(0, 0));
	pid = xfork();
	if (pid == 0)
		call(SYS_exit, junk(7), 0, 0);
	CHECK_EQ(wait(&status), pid);
	CHECK_EQ(status, 7);
}

static void ints_at_their_limits(void)
{
	static const long odd[] = { -1,          -0x7fffffff - 1,    0x7fffffff,
				    1L << 31,    1L << 32,           1L << 63,
				    0xffffffffL, 0x7fffffffffffffffL };

	for (uint i = 0; i < ARRAY_LEN(odd); i++) {
		if ((int)odd[i] == 0)
			continue;
		CHECK_EQ(call(SYS_close, odd[i], 0, 0), -EBADF);
		CHECK_EQ(call(SYS_dup, odd[i], 0, 0), -EBADF);
		CHECK_EQ(call(SYS_read, odd[i], 0, 0), -EBADF);
		CHECK_EQ(call(SYS_kill, odd[i], 0, 0), -ESRCH);
		CHECK_EQ(call(SYS_lseek, 0, 0, odd[i]), -ESPIPE);
		CHECK_EQ(call(SYS_mknod, (long)"node", odd[i], 0), -EINVAL);
		if ((int)odd[i] < 0)
			CHECK_EQ(call(SYS_sleep, odd[i], 0, 0), 0);
		CHECK_EQ(call(SYS_mknod, (long)"node", 0, odd[i]), -EINVAL);
	}
	CHECK_FAILS(open("node", O_RDONLY), ENOENT);
}

/* An inode has 16 bits for each number. A larger number must be refused, not
 * truncated. */
static void too_large_device_number_fails(void)
{
	static const int large[] = { -1, 65536, 65536 + 3, 1 << 30 };

	for (uint i = 0; i < ARRAY_LEN(large); i++) {
		CHECK_FAILS(mknod("node", large[i], 0), EINVAL);
		CHECK_FAILS(mknod("node", 3, large[i]), EINVAL);
	}
	CHECK_FAILS(open("node", O_RDONLY), ENOENT);
	CHECK_EQ(mknod("node", DEVICE_MAX, DEVICE_MAX), 0);
	CHECK_FAILS(open("node", O_RDONLY), ENODEV);
	CHECK_EQ(call(SYS_mknod, (long)"null", junk(3), junk(0)), 0);
	xclose(xopen("null", O_RDWR));
}

/* A count is a size_t in C, so the whole register counts. Its value must fit in
 * an int. */
static void too_large_count_fails(void)
{
	static const long large[] = { -1, (long)IO_MAX + 1, 1L << 32,
				      (1L << 32) + 3, 1L << 63 };
	char buf[8];
	int fd;

	make_file("file", "12345678", 8);
	fd = xopen("file", O_RDWR);
	for (uint i = 0; i < ARRAY_LEN(large); i++) {
		CHECK_EQ(call(SYS_read, fd, (long)buf, large[i]), -EINVAL);
		CHECK_EQ(call(SYS_write, fd, (long)buf, large[i]), -EINVAL);
	}
	xread(fd, buf, 8);
	CHECK_EQ(memcmp(buf, "12345678", 8), 0);
}

const struct test argument_tests[] = {
	TEST(upper_half_of_descriptor_does_not_matter),
	TEST(upper_half_of_other_ints_does_not_matter),
	TEST(ints_at_their_limits),
	TEST(too_large_device_number_fails),
	TEST(too_large_count_fails),
	TESTS_END,
};
