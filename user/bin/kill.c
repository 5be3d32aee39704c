/* user/bin/kill.c: kill processes. */

#include "calf.h"
#include "getopt.h"

int main(int argc, char **argv)
{
	int status = 0;
	long pid;

	if (getopt(argc, argv, "") != -1 || optind == argc)
		usage("kill PID...");
	for (int i = optind; i < argc; i++) {
		if (!parse_number(argv[i], &pid) || pid != (int)pid) {
			warnx("%s: not a pid", argv[i]);
			status = 1;
		} else if (kill((int)pid) < 0) {
			warn("%s", argv[i]);
			status = 1;
		}
	}
	return status;
}
