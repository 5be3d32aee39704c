/* user/bin/echo.c: print the arguments. */

#include "calf.h"

int main(int argc, char **argv)
{
	bool has_newline = argc < 2 || strcmp(argv[1], "-n") != 0;
	char line[ARGS_SIZE + 1]; /* exec() allows no more */
	char *end = line;

	for (int i = has_newline ? 1 : 2; i < argc; i++) {
		size_t length = strlen(argv[i]);

		memcpy(end, argv[i], length);
		end += length;
		if (i + 1 < argc)
			*end++ = ' ';
	}
	if (has_newline)
		*end++ = '\n';
	output(1, line, (size_t)(end - line));
	return 0;
}
