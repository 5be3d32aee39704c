/* user/lib/start.c: start, end and replace a program. */

#include "error.h"
#include "string.h"
#include "sys.h"

int main(int argc, char **argv);
void _start(int argc, char **argv) __attribute__((noreturn));

void sys_exit(int status) __attribute__((noreturn));

const char *program_name = "?";
char **environ;

void _start(int argc, char **argv)
{
	environ = argv + argc + 1;
	if (argc > 0)
		program_name = basename(argv[0]);
	exit(main(argc, argv));
}

void _exit(int status)
{
	sys_exit(status);
}

/* A program whose output was lost has failed. EPIPE is not a failure: the
 * reader has seen enough. */
void exit(int status)
{
	if (print_error != 0 && print_error != EPIPE && status == 0) {
		fprintf(2, "%s: standard output: %s\n", program_name,
			strerror(print_error));
		status = 1;
	}
	_exit(status);
}

int exec(const char *path, char *const argv[])
{
	return execve(path, argv, environ);
}
