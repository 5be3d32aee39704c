/* user/lib/error.c: error messages. */

#include "error.h"
#include "sys.h"

#define MESSAGE_SIZE (PATH_LEN + 128)

/* Print the line with one write, so that no other program's output can come in
 * between. */
static void report(const char *fmt, va_list args, const char *reason)
{
	char message[MESSAGE_SIZE];

	vsnprintf(message, sizeof(message), fmt, args);
	if (reason == NULL)
		fprintf(2, "%s: %s\n", program_name, message);
	else
		fprintf(2, "%s: %s: %s\n", program_name, message, reason);
}

void warn(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	report(fmt, args, strerror(errno));
	va_end(args);
}

void warnx(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	report(fmt, args, NULL);
	va_end(args);
}

void err(int status, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	report(fmt, args, strerror(errno));
	va_end(args);
	exit(status);
}

void errx(int status, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	report(fmt, args, NULL);
	va_end(args);
	exit(status);
}

void output(int status, const void *bytes, size_t n)
{
	if (write_all(1, bytes, n) == 0)
		return;
	if (errno == EPIPE)
		exit(status);
	err(status, "standard output");
}

void usage(const char *synopsis)
{
	fprintf(2, "usage: %s\n", synopsis);
	exit(2);
}
