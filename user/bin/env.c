/* user/bin/env.c: print the environment. */

#include "calf.h"
#include "getopt.h"

int main(int argc, char **argv)
{
	if (getopt(argc, argv, "") != -1 || optind != argc)
		usage("env");
	for (char **e = environ; *e != NULL; e++)
		printf("%s\n", *e);
	return 0;
}
