/* user/bin/time.c: measure how long a program runs. */

#include "calf.h"
#include "counters.h"

#define MICROSECOND (TIME_HZ / 1000000)

static void print(uint64 time, uint64 instructions)
{
	char count[40] = "";

	if (counters_count_instructions())
		snprintf(count, sizeof(count), "  %lu instructions",
			 instructions);
	fprintf(2, "%lu.%06lu s%s\n", time / 1000000, time % 1000000, count);
}

int main(int argc, char **argv)
{
	int status;

	if (argc < 2)
		usage("time PROGRAM [ARGUMENT]...");

	uint64 time = rdtime();
	uint64 instructions = rdinstret();
	int pid = fork();

	if (pid < 0)
		err(1, "fork");
	if (pid == 0) {
		exec(argv[1], argv + 1);
		err(errno == ENOENT ? 127 : 126, "%s", argv[1]);
	}
	wait(&status);
	instructions = rdinstret() - instructions;
	time = (rdtime() - time) / MICROSECOND;
	print(time, instructions);
	return status >= 0 ? status : 255;
}
