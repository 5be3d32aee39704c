/* user/bin/cowdemo/large.c: a large process runs a small program.
 *
 * Its child will never write to the memory that it shares with its parent. But
 * it could, so a kernel that promises no more memory than there is refuses the
 * fork. */

#include "large.h"

#include "calf.h"
#include "process.h"
#include "vmstat.h"

#define MIB_KIB 1024
#define PERCENT 70

/* Returns false if the kernel has no such policy. */
static bool set_policy(const char *name)
{
	char command[32];
	int fd = open(VMSTAT_PATH, O_WRONLY);

	if (fd < 0)
		err(1, VMSTAT_PATH);
	snprintf(command, sizeof(command), "overcommit %s", name);
	bool known = write(fd, command, strlen(command)) > 0;

	close(fd);
	return known;
}

static void run_echo(void)
{
	char *argv[] = { "echo", "a small program runs", NULL };
	int pid = fork();

	if (pid < 0) {
		printf("fork: %s\n", strerror(errno));
	} else if (pid == 0) {
		exec("/bin/echo", argv);
		err(1, "/bin/echo");
	} else {
		wait(NULL);
	}
}

static void show(const char *policy)
{
	if (!set_policy(policy))
		errx(1, "this kernel has no policy of that name: %s", policy);
	printf("%-10s ", policy);
	run_echo();
	set_policy("heuristic");
}

void large_run(void)
{
	long pages = vmstat_get("total") * PERCENT / 100;
	char *memory = sbrk(pages * (long)PGSIZE);

	if (memory == SBRK_FAILED)
		err(1, "%ld pages", pages);
	for (long i = 0; i < pages; i++)
		*(volatile char *)(memory + i * (long)PGSIZE) = 1;
	printf("A process has written to %d%% of memory, and runs echo.\n\n",
	       PERCENT);
	show("heuristic");
	show("always");
	show("never");

	long sum = meminfo_get("Committed_AS:") / MIB_KIB;
	long own = pages * (long)(PGSIZE / 1024) / MIB_KIB;

	printf("\nAll programs together were promised %ld MiB, and the child "
	       "would be\npromised %ld MiB more. The limit is %ld MiB.\n",
	       sum, own, meminfo_get("CommitLimit:") / MIB_KIB);
}
