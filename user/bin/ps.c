/* user/bin/ps.c: list the processes. */

#include "calf.h"
#include "getopt.h"
#include "process.h"

int main(int argc, char **argv)
{
	struct process *all;

	if (getopt(argc, argv, "") != -1 || optind != argc)
		usage("ps");

	long count = processes_read(&all);

	if (count < 0)
		err(1, "/proc");
	printf("%5s %5s %-5s %8s %8s %s\n", "PID", "PPID", "STATE", "RSS",
	       "PSS", "NAME");
	for (const struct process *p = all; p < all + count; p++)
		printf("%5d %5d %-5c %8ld %8ld %s\n", p->pid, p->parent,
		       p->state, p->rss, pss_kib(p->pss), p->name);
	return 0;
}
