/* grade/kernel/programs/runaway.c: programs that do not end by themselves. */

#include "calf.h"

#define SYNOPSIS "runaway loop | bomb | heirs"

/* A loop that never enters the kernel. */
static void loop(void)
{
	for (volatile unsigned long i = 0;; i++)
		;
}

/* A fork bomb: as many processes as possible, each of which forks more. */
static void bomb(void)
{
	for (;;)
		fork();
}

/* Each process forks one child and exits. */
static void heirs(void)
{
	for (;;) {
		int pid = fork();

		if (pid > 0)
			exit(0);
	}
}

int main(int argc, char **argv)
{
	if (argc != 2)
		usage(SYNOPSIS);
	write(1, "off\n", 4);
	if (strcmp(argv[1], "loop") == 0)
		loop();
	else if (strcmp(argv[1], "bomb") == 0)
		bomb();
	else if (strcmp(argv[1], "heirs") == 0)
		heirs();
	usage(SYNOPSIS);
}
