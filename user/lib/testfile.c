/* user/lib/testfile.c: helpers for tests: files. */

#include "test.h"

int xopen(const char *path, int flags)
{
	int fd = open(path, flags);

	if (fd < 0)
		fail("open %s: %s", path, strerror(errno));
	return fd;
}

void xclose(int fd)
{
	if (close(fd) < 0)
		fail("close: %s", strerror(errno));
}

void xpipe(int fds[2])
{
	if (pipe(fds) < 0)
		fail("pipe: %s", strerror(errno));
}

void xread(int fd, void *buf, size_t n)
{
	for (size_t done = 0; done < n;) {
		long got = read(fd, (char *)buf + done, n - done);

		if (got < 0)
			fail("read: %s", strerror(errno));
		if (got == 0)
			fail("read: end of file after %zu of %zu bytes", done,
			     n);
		done += (size_t)got;
	}
}

void xwrite(int fd, const void *buf, size_t n)
{
	long written = write(fd, buf, n);

	if (written < 0)
		fail("write: %s", strerror(errno));
	if ((size_t)written != n)
		fail("write: %ld of %zu bytes", written, n);
}

void xmkdir(const char *path)
{
	if (mkdir(path) < 0)
		fail("mkdir %s: %s", path, strerror(errno));
}

void xunlink(const char *path)
{
	if (unlink(path) < 0)
		fail("unlink %s: %s", path, strerror(errno));
}

void xchdir(const char *path)
{
	if (chdir(path) < 0)
		fail("chdir %s: %s", path, strerror(errno));
}

void make_file(const char *path, const void *bytes, size_t n)
{
	int fd = xopen(path, O_WRONLY | O_CREATE | O_TRUNC);

	if (write_all(fd, bytes, n) < 0)
		fail("write to %s: %s", path, strerror(errno));
	xclose(fd);
}

void signal_give(const int fds[2])
{
	xwrite(fds[1], "!", 1);
}

void signal_take(const int fds[2])
{
	char c;

	xread(fds[0], &c, 1);
}
