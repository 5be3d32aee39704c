/* user/bin/vmstat.c: show the use of memory and the events since boot, or
 * repeatedly the events of each interval. */

#include "vmstat.h"
#include "calf.h"
#include "getopt.h"

#define SYNOPSIS "vmstat [SECONDS [COUNT]]"
#define KIB(frames) ((frames) * ((long)PGSIZE / 1024))
#define SECONDS_MAX 86400

static void read_now(struct vmstat *stat)
{
	if (vmstat_read(stat) < 0)
		err(1, VMSTAT_PATH);
}

static void show(const struct vmstat *old, const struct vmstat *now)
{
	long faults = now->fault_load + now->fault_store + now->fault_exec;
	long before = old->fault_load + old->fault_store + old->fault_exec;

	printf("%5ld %8ld %8ld %8ld %6ld %7ld %7ld %7ld %7ld %7ld\n",
	       now->procs, KIB(now->free), KIB(now->used), KIB(now->shared),
	       KIB(now->table), now->fork - old->fork, faults - before,
	       now->cow_copy - old->cow_copy, now->cow_reuse - old->cow_reuse,
	       now->zero_fill - old->zero_fill);
}

static long operand(char **argv, int i, int argc, long missing, long max)
{
	long n = missing;

	if (i < argc && (!parse_number(argv[i], &n) || n < 1 || n > max))
		errx(2, "%s: not a number from 1 to %ld", argv[i], max);
	return n;
}

int main(int argc, char **argv)
{
	struct vmstat old = {}, now;

	if (getopt(argc, argv, "") != -1 || argc - optind > 2)
		usage(SYNOPSIS);

	long seconds = operand(argv, optind, argc, 0, SECONDS_MAX);
	long count = operand(argv, optind + 1, argc, seconds == 0, 1000000);

	printf("%5s %8s %8s %8s %6s %7s %7s %7s %7s %7s\n", "procs", "free",
	       "used", "shared", "tables", "forks", "faults", "copies", "reuse",
	       "zeroed");
	read_now(&now);
	show(&old, &now);
	for (long i = 1; (count == 0 || i < count) && print_error == 0; i++) {
		old = now;
		sleep((int)seconds * TICKS_PER_SECOND);
		read_now(&now);
		show(&old, &now);
	}
	return 0;
}
