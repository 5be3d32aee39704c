/* user/bin/pmap.c: show the memory of a process, in KiB. */

#include "calf.h"
#include "getopt.h"
#include "process.h"

#define SYNOPSIS "pmap [-x] PID..."

static void show(const struct mapping *m)
{
	printf("%010lx %7luK %s %s\n", m->start, (m->end - m->start) / 1024,
	       m->rights, m->kind);
}

static void show_more(const struct mapping *m)
{
	printf("%010lx %8lu %8ld %8ld %8ld %8ld %8ld %s %s\n", m->start,
	       (m->end - m->start) / 1024, m->rss, pss_kib(m->pss), m->shared,
	       m->private, m->cow, m->rights, m->kind);
}

static void show_all(const struct mapping *all, long count, bool more)
{
	struct mapping sum = { .rights = "", .kind = "" };
	unsigned long kib = 0;

	if (more)
		printf("%-10s %8s %8s %8s %8s %8s %8s %-4s %s\n", "Address",
		       "Kbytes", "RSS", "PSS", "Shared", "Private", "Cow",
		       "Mode", "Mapping");
	for (const struct mapping *m = all; m < all + count; m++) {
		(more ? show_more : show)(m);
		kib += (m->end - m->start) / 1024;
		sum.rss += m->rss;
		sum.pss += m->pss;
		sum.shared += m->shared;
		sum.private += m->private;
		sum.cow += m->cow;
	}
	if (more)
		printf("%-10s %8lu %8ld %8ld %8ld %8ld %8ld\n", "total", kib,
		       sum.rss, pss_kib(sum.pss), sum.shared, sum.private,
		       sum.cow);
	else
		printf("%-10s %7luK\n", "total", kib);
}

static int pmap(const char *operand, bool more)
{
	struct process process;
	struct mapping *all = NULL;
	long pid, count = -1;

	if (!parse_number(operand, &pid) || pid != (int)pid)
		usage(SYNOPSIS);
	if (process_read((int)pid, &process) == 0)
		count = mappings_read((int)pid, &all);
	if (count < 0) {
		warnx("%s: no such process", operand);
		return 1;
	}
	printf("%ld: %s\n", pid, process.name);
	show_all(all, count, more);
	free(all);
	return 0;
}

int main(int argc, char **argv)
{
	bool more = false;
	int letter, status = 0;

	while ((letter = getopt(argc, argv, "x")) != -1) {
		if (letter == '?')
			usage(SYNOPSIS);
		more = true;
	}
	if (optind == argc)
		usage(SYNOPSIS);
	for (int i = optind; i < argc; i++)
		status |= pmap(argv[i], more);
	return status;
}
