/* user/bin/ln.c: give a file another name. */

#include "calf.h"
#include "dir.h"
#include "getopt.h"

int main(int argc, char **argv)
{
	char path[PATH_LEN];

	if (getopt(argc, argv, "") != -1 || argc - optind != 2)
		usage("ln FILE NAME");

	const char *old = argv[optind];
	const char *name = argv[optind + 1];

	if (is_directory(name)) {
		if (path_into(path, name, old) < 0)
			err(1, "%s", old);
		name = path;
	}
	if (link(old, name) == 0)
		return 0;

	int reason = errno;
	struct stat st;
	bool is_there = stat(old, &st) == 0;

	errno = reason;
	err(1, "%s", is_there && reason != EPERM ? name : old);
}
