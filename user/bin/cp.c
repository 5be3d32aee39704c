/* user/bin/cp.c: copy files, to a file or into a directory. */

#include "calf.h"
#include "dir.h"
#include "operands.h"

#define SYNOPSIS "cp FILE NEW, or cp FILE... DIR"

static char buf[4 * PGSIZE];

static int copy_bytes(int from, const char *from_name, int to,
		      const char *to_name)
{
	long n;

	while ((n = read(from, buf, sizeof(buf))) > 0) {
		if (write_all(to, buf, (size_t)n) < 0) {
			warn("%s", to_name);
			return 1;
		}
	}
	if (n < 0) {
		warn("%s", from_name);
		return 1;
	}
	return 0;
}

/* Opening the target truncates it, which must not happen to the source. */
static bool is_same_file(int fd, const char *path)
{
	struct stat a;
	struct stat b;

	return fstat(fd, &a) == 0 && stat(path, &b) == 0 && a.dev == b.dev &&
	       a.ino == b.ino;
}

static int copy_open_file(int from, const char *from_name, const char *to_name)
{
	if (is_directory(from_name)) {
		warnx("%s: is a directory", from_name);
		return 1;
	}
	if (is_same_file(from, to_name)) {
		warnx("%s and %s are the same file", from_name, to_name);
		return 1;
	}

	int to = open(to_name, O_WRONLY | O_CREATE | O_TRUNC);

	if (to < 0) {
		warn("%s", to_name);
		return 1;
	}
	int result = copy_bytes(from, from_name, to, to_name);
	close(to);
	return result;
}

static int copy(const char *from_name, const char *to_name)
{
	int from = open(from_name, O_RDONLY);

	if (from < 0) {
		warn("%s", from_name);
		return 1;
	}
	int result = copy_open_file(from, from_name, to_name);
	close(from);
	return result;
}

int main(int argc, char **argv)
{
	return act_towards_last(argc, argv, SYNOPSIS, copy);
}
