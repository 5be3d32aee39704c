/* grade/kernel/programs/runaway.c: programs that do not end by themselves. */

#include "calf.h"

#define SYNOPSIS "runaway loop | bomb | heirs"

/* It never enters the kernel. */
static void loop(void)
{
	for (volatile unsigned long i = 0;; i++)
		;
}

/* As many processes as there can be, each making more. */
static void bomb(void)
{
	for (;;)
		fork();
}

/* Each process has one child and ends. */
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
