/* user/bin/cat.c: copy files, or standard input, to standard output. */

#include "calf.h"
#include "getopt.h"

static char buf[PGSIZE];

/* Otherwise cat would read what it has just written, without end. */
static bool is_output(int fd)
{
	struct stat in, out;

	return fstat(fd, &in) == 0 && fstat(1, &out) == 0 &&
	       in.type == T_FILE && in.dev == out.dev && in.ino == out.ino;
}

/* Returns 0, or 1 after printing a message. */
static int copy(int fd, const char *name)
{
	long n;

	if (is_output(fd)) {
		warnx("%s: is the output, too", name);
		return 1;
	}
	while ((n = read(fd, buf, sizeof(buf))) > 0)
		output(1, buf, (size_t)n);
	if (n < 0) {
		warn("%s", name);
		return 1;
	}
	return 0;
}

static int copy_file(const char *path, const char *name)
{
	int fd = open_input(path);

	if (fd < 0) {
		warn("%s", name);
		return 1;
	}
	int result = copy(fd, name);
	close(fd);
	return result;
}

int main(int argc, char **argv)
{
	int status = 0;

	if (getopt(argc, argv, "") != -1)
		usage("cat [FILE]...");
	if (optind == argc)
		return copy_file("-", "standard input");
	for (int i = optind; i < argc; i++)
		status |= copy_file(argv[i], argv[i]);
	return status;
}
