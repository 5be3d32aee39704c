/* user/bin/sync.c: write everything to the disk. */

#include "calf.h"

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1)
		usage("sync");
	if (sync() < 0)
		err(1, "sync");
	return 0;
}
