/* user/bin/mv.c: rename files, or move them into a directory. */

#include "calf.h"
#include "operands.h"

#define SYNOPSIS "mv OLD NEW, or mv FILE... DIR"

static int move(const char *old, const char *name)
{
	if (rename(old, name) == 0)
		return 0;

	int reason = errno;
	struct stat st;

	if (stat(old, &st) < 0) {
		warn("%s", old);
	} else {
		errno = reason;
		warn("%s to %s", old, name);
	}
	return 1;
}

int main(int argc, char **argv)
{
	return act_towards_last(argc, argv, SYNOPSIS, move);
}
