/* user/bin/head.c: the first lines of files. */

#include "calf.h"
#include "operands.h"

#define SYNOPSIS "head [-n LINES | -LINES] [FILE]..."

static char buf[PGSIZE];

/* The length of the first *lines lines, at most n. Decrements *lines for
 * each. */
static size_t lines_length(size_t n, long *lines)
{
	size_t length = 0;

	while (*lines > 0 && length < n) {
		if (buf[length++] == '\n')
			--*lines;
	}
	return length;
}

/* Returns 0, or 1 after printing a message. */
static int head(int fd, const char *name, long lines)
{
	long n = 0;

	while (lines > 0 && (n = read(fd, buf, sizeof(buf))) > 0)
		output(1, buf, lines_length((size_t)n, &lines));
	if (n >= 0)
		return 0;
	warn("%s", name);
	return 1;
}

int main(int argc, char **argv)
{
	return act_on_lines(argc, argv, SYNOPSIS, head);
}
