/* user/bin/smem.c: show the memory of each process, in KiB: its unshared
 * frames alone (USS), all its frames, the shared ones divided among their
 * owners (PSS), and all its frames in full (RSS). */

#include "calf.h"
#include "getopt.h"
#include "process.h"

static void row(int pid, const char *name, long uss, uint64 pss, long rss)
{
	printf("%5d %-15s %8ld %8ld %8ld\n", pid, name, uss, pss_kib(pss), rss);
}

int main(int argc, char **argv)
{
	struct process *all;
	long uss = 0, rss = 0;
	uint64 pss = 0;

	if (getopt(argc, argv, "") != -1 || optind != argc)
		usage("smem");

	long count = processes_read(&all);

	if (count < 0)
		err(1, "/proc");
	printf("%5s %-15s %8s %8s %8s\n", "PID", "NAME", "USS", "PSS", "RSS");
	for (const struct process *p = all; p < all + count; p++) {
		row(p->pid, p->name, p->rss - p->shared, p->pss, p->rss);
		uss += p->rss - p->shared;
		pss += p->pss;
		rss += p->rss;
	}
	puts("------------------------------------------------");
	row((int)count, "processes", uss, pss, rss);
	return 0;
}
