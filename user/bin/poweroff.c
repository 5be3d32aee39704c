/* user/bin/poweroff.c: power the machine off. */

#include "calf.h"
#include "getopt.h"

int main(int argc, char **argv)
{
	long status = 0;

	if (getopt(argc, argv, "") != -1 || argc - optind > 1)
		usage("poweroff [STATUS]");
	if (optind < argc &&
	    (!parse_number(argv[optind], &status) || status > 255))
		errx(2, "%s: not a status", argv[optind]);
	if (sync() < 0)
		warn("sync");
	poweroff((int)status);
	err(1, "poweroff");
}
