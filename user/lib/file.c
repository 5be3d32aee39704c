/* user/lib/file.c: functions on files that need several system calls. */

#include "string.h"
#include "sys.h"

int stat(const char *path, struct stat *st)
{
	int fd = open(path, O_RDONLY);

	if (fd < 0)
		return -1;
	int result = fstat(fd, st);
	close(fd);
	return result;
}

int write_all(int fd, const void *buf, size_t n)
{
	const char *next = buf;

	while (n > 0) {
		long written = write(fd, next, n);

		if (written < 0)
			return -1;
		next += written;
		n -= (size_t)written;
	}
	return 0;
}

int open_input(const char *path)
{
	struct stat st;
	int fd = strcmp(path, "-") == 0 ? dup(0) : open(path, O_RDONLY);

	if (fd < 0 || fstat(fd, &st) < 0 || st.type != T_DIR)
		return fd;
	close(fd);
	errno = EISDIR;
	return -1;
}

bool is_console(int fd)
{
	struct stat st;
	struct stat console;

	return fstat(fd, &st) == 0 && stat("/dev/console", &console) == 0 &&
	       st.type == T_DEVICE && st.dev == console.dev &&
	       st.ino == console.ino;
}
