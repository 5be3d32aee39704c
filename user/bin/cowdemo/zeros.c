/* user/bin/cowdemo/zeros.c: a program that reads what it has never written.
 *
 * It gets a large array and reads all of it. How much memory does that take? */

#include "zeros.h"

#include "calf.h"
#include "process.h"

#define MIB 1024
#define BYTES (MIB * 1024L * 1024)

static void show(const char *when, long free_before)
{
	struct process self;

	if (process_read(getpid(), &self) < 0)
		err(1, "/proc");
	printf("%-22s %9ld %9ld %9ld %9ld\n", when, self.size, self.rss,
	       self.tables, free_before - meminfo_get("MemFree:"));
}

void zeros_run(void)
{
	long free_before = meminfo_get("MemFree:"), sum = 0;
	char *array = sbrk(BYTES);

	if (array == SBRK_FAILED)
		err(1, "%d MiB", MIB);
	printf("A program has an array of %d MiB that nobody has written. In "
	       "KiB:\n\n%-22s %9s %9s %9s %9s\n",
	       MIB, "", "size", "RSS", "tables", "taken");
	show("untouched", free_before);
	for (long i = 0; i < BYTES; i += PGSIZE)
		sum += *(volatile char *)(array + i);
	show("every page was read", free_before);
	printf("\nIt has read %ld pages, and the sum of their bytes is %ld.\n",
	       BYTES / (long)PGSIZE, sum);
}
