/* user/bin/touch.c: create files that do not exist yet. */

#include "calf.h"
#include "getopt.h"

static int touch(const char *path)
{
	int fd = open(path, O_RDONLY | O_CREATE);

	if (fd < 0 && errno == EISDIR)
		return 0;
	if (fd < 0) {
		warn("%s", path);
		return 1;
	}
	close(fd);
	return 0;
}

int main(int argc, char **argv)
{
	int status = 0;

	if (getopt(argc, argv, "") != -1 || optind == argc)
		usage("touch FILE...");
	for (int i = optind; i < argc; i++)
		status |= touch(argv[i]);
	return status;
}
