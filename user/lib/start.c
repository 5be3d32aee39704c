/* user/lib/start.c: where a program begins. */

#include "error.h"
#include "string.h"
#include "sys.h"

int main(int argc, char **argv);
void _start(int argc, char **argv) __attribute__((noreturn));

const char *program_name = "?";
char **environ;

void _start(int argc, char **argv)
{
	environ = argv + argc + 1;
	if (argc > 0)
		program_name = basename(argv[0]);
	exit(main(argc, argv));
}
