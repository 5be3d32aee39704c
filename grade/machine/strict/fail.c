/* grade/machine/strict/fail.c: ends a run that cannot go on. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "front.h"

void fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fflush(stdout);
	fputs("strict: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	exit(STATUS_USAGE);
}
