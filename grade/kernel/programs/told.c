/* grade/kernel/programs/told.c: prints the pagemaps of a parent and its child.
 *
 * The child writes to some pages, one after another. Then both pause, and the
 * parent prints each entry (grade/selftest/test_view.py). It does so twice,
 * since printing changes no page the second time. */

#include "process.h"
#include "test.h"

#define PAGES 16
#define WRITTEN 9

static char pages[PAGES * PGSIZE] __attribute__((aligned(PGSIZE)));

static void tell(int round, int pid)
{
	static uint64 entries[512];
	char path[PATH_LEN];

	snprintf(path, sizeof(path), "/proc/%d/pagemap", pid);
	int fd = xopen(path, O_RDONLY);
	long n = read(fd, entries, sizeof(entries));

	CHECK(n > 0 && n < (long)sizeof(entries));
	xclose(fd);
	for (long i = 0; i < n / 8; i++)
		if (entries[i] & PAGEMAP_PRESENT)
			printf("told %d %d %lx %lx\n", round, pid, i * PGSIZE,
			       entries[i]);
}

int main(void)
{
	int ready[2], hold[2];
	char byte = '\0';

	xpipe(ready);
	xpipe(hold);
	pages_fill(pages, PAGES, 1);
	int pid = xfork();

	if (pid == 0) {
		pages_fill(pages, WRITTEN, 2);
		xclose(hold[1]);
		xwrite(ready[1], &byte, 1);
		read(hold[0], &byte, 1);
		return 0;
	}
	xread(ready[0], &byte, 1);
	for (int round = 0; round < 2; round++) {
		tell(round, getpid());
		tell(round, pid);
	}
	xclose(hold[1]);
	xwait(0);
	return 0;
}
