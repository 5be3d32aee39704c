/* user/bin/mkdir.c: make directories. */

#include "calf.h"
#include "dir.h"
#include "getopt.h"

#define SYNOPSIS "mkdir [-p] DIR..."

static int make(const char *path)
{
	if (mkdir(path) == 0)
		return 0;
	warn("%s", path);
	return 1;
}

/* Make each directory of the path that does not exist yet. */
static int make_all(char *path)
{
	for (char *p = path + 1; *p != '\0'; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		int result = is_directory(path) ? 0 : make(path);
		*p = '/';
		if (result != 0)
			return result;
	}
	return is_directory(path) ? 0 : make(path);
}

int main(int argc, char **argv)
{
	bool has_parents = false;
	int status = 0;
	int letter;

	while ((letter = getopt(argc, argv, "p")) != -1) {
		if (letter != 'p')
			usage(SYNOPSIS);
		has_parents = true;
	}
	if (optind == argc)
		usage(SYNOPSIS);
	for (int i = optind; i < argc; i++) {
		if (has_parents && argv[i][0] != '\0')
			status |= make_all(argv[i]);
		else
			status |= make(argv[i]);
	}
	return status;
}
