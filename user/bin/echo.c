/* user/bin/echo.c: print the arguments. */

#include "calf.h"

int main(int argc, char **argv)
{
	bool has_newline = argc < 2 || strcmp(argv[1], "-n") != 0;

	for (int i = has_newline ? 1 : 2; i < argc; i++)
		printf("%s%s", argv[i], i + 1 < argc ? " " : "");
	if (has_newline)
		putchar('\n');
	return 0;
}
