/* user/bin/free.c: show the amount of memory and its use. */

#include "calf.h"
#include "getopt.h"
#include "vmstat.h"

#define SYNOPSIS "free [-k | -m | -h]"

static char unit = 'k';

/* Format an amount of memory in the requested unit. */
static const char *amount(char *text, size_t size, long frames)
{
	unsigned long kib = (unsigned long)frames * (PGSIZE / 1024);
	const char *units = "KMGT";

	if (unit == 'm') {
		snprintf(text, size, "%lu", kib / 1024);
	} else if (unit == 'k') {
		snprintf(text, size, "%lu", kib);
	} else {
		unsigned long tenths = kib * 10;

		for (; tenths >= 10240 && units[1] != '\0'; units++)
			tenths /= 1024;
		snprintf(text, size, "%lu.%lu%c", tenths / 10, tenths % 10,
			 *units);
	}
	return text;
}

static void row(const char *name, long frames, const char *meaning)
{
	char text[24];

	printf("%-7s %10s  %s\n", name, amount(text, sizeof(text), frames),
	       meaning);
}

int main(int argc, char **argv)
{
	struct vmstat stat;
	int letter;

	while ((letter = getopt(argc, argv, "kmh")) != -1) {
		if (letter == '?')
			usage(SYNOPSIS);
		unit = (char)letter;
	}
	if (optind != argc)
		usage(SYNOPSIS);
	if (vmstat_read(&stat) < 0)
		err(1, VMSTAT_PATH);
	printf("%-7s %10s\n", "",
	       unit == 'k'   ? "KiB"
	       : unit == 'm' ? "MiB"
			     : "memory");
	row("total", stat.total, "all that can be handed out");
	row("used", stat.used, "");
	row("free", stat.free, "");
	row("shared", stat.shared, "used by several processes at once");
	row("tables", stat.table, "page tables of programs");
	return 0;
}
