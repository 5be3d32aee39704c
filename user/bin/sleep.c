/* user/bin/sleep.c: wait for some seconds, like 2 or 0.5. */

#include "calf.h"
#include "getopt.h"

#define MICRO 1000000L
#define SECONDS_LIMIT (0x7fffffffL / TICKS_PER_SECOND)

/* Parse a time in seconds. Returns microseconds, or -1 if it is not a time. */
static long parse_seconds(const char *text)
{
	long whole = 0;
	long fraction = 0;
	long unit = MICRO;
	const char *p = text;

	for (; *p >= '0' && *p <= '9' && whole < SECONDS_LIMIT; p++)
		whole = whole * 10 + (*p - '0');
	if (*p == '.') {
		for (p++; *p >= '0' && *p <= '9'; p++)
			fraction += (*p - '0') * (unit /= 10);
	}
	if (p == text || *p != '\0' || whole >= SECONDS_LIMIT)
		return -1;
	return whole * MICRO + fraction;
}

int main(int argc, char **argv)
{
	if (getopt(argc, argv, "") != -1 || argc - optind != 1)
		usage("sleep SECONDS");

	long time = parse_seconds(argv[optind]);

	if (time < 0)
		errx(2, "%s: not a time", argv[optind]);
	sleep((int)((time * TICKS_PER_SECOND + MICRO - 1) / MICRO));
	return 0;
}
