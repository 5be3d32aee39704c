/* user/test/fuzz/main.c: make system calls with random arguments.
 *
 * The first process, the keeper, forks the nursery, which forks workers. A
 * worker makes system calls until it has made enough of them, executes another
 * program, or is killed. The keeper kills every process that is a second old,
 * because most of those wait for something that never happens. The keeper
 * itself must survive when memory is exhausted, so it writes to no shared page
 * while the others run.
 *
 * At the end, all that the processes held must be free again. */

#include "dir.h"
#include "fuzz.h"

#define SYNOPSIS "fuzz SEED SECONDS audit|quiet"
#define WORKERS 6
#define CALLS 300 /* the most calls that one worker makes */
#define ROUND 3   /* ticks between two rounds of the keeper */
#define ROUNDS_TO_LIVE 3
#define BLIND 2000 /* pids to try if /proc cannot be read */

/* ---- the nursery ---- */

static void raise_worker(uint64 seed)
{
	int pid = fork();

	own_stack();
	if (pid < 0)
		sleep(1);
	if (pid != 0)
		return;
	rand_start(seed);
	for (int fd = 0; fd < 3; fd++)
		close(fd);
	chdir(FUZZ_DIR);
	work(CALLS);
}

static void nurse(uint64 seed, int stop) __attribute__((noreturn));
static void nurse(uint64 seed, int stop)
{
	for (int i = 0; i < WORKERS; i++)
		raise_worker(seed++);
	while (uptime() < stop) {
		wait(NULL);
		raise_worker(seed++);
	}
	exit(0);
}

/* ---- the keeper ---- */

static int nursery; /* its pid, or -1 if there is no nursery */

/* The beginning and the end of the data (user/user.ld). */
extern char etext[], end[];

/* Write to each writable page. Fork has shared them, so this makes them
 * private. */
static void own_memory(void)
{
	uint64 data = ((uint64)etext + PGSIZE - 1) / PGSIZE * PGSIZE;

	for (uint64 va = data; va < (uint64)end; va += PGSIZE) {
		volatile char *byte = (volatile char *)va;

		*byte = *byte;
	}
	own_stack();
}

/* The highest pid, or a guess if /proc cannot be read. */
static int newest_pid(int last)
{
	static struct dirent entries[32];
	int fd = open("/proc", O_RDONLY);
	int newest = 0;
	long n;

	while ((n = read(fd, entries, sizeof(entries))) > 0)
		for (long i = 0; i < n / (long)sizeof(*entries); i++) {
			long pid;

			if (entries[i].inum != 0 &&
			    parse_number(entries[i].name, &pid) && pid > newest)
				newest = (int)pid;
		}
	close(fd);
	return newest > last ? newest : last + (n < 0 ? BLIND : 0);
}

static void kill_up_to(int last)
{
	for (int pid = keeper + 1; pid <= last; pid++)
		if (pid != nursery)
			kill(pid);
}

static bool nursery_has_ended(void)
{
	char path[32];
	static char text[128];

	snprintf(path, sizeof(path), "/proc/%d/status", nursery);
	int fd = open(path, O_RDONLY);
	long n = read(fd, text, sizeof(text) - 1);

	close(fd);
	text[n > 0 ? n : 0] = '\0';
	for (const char *c = text; *c != '\0'; c++)
		if (strncmp(c, "State:\tZ", 8) == 0)
			return true;
	return false;
}

/* Fork the nursery. It begins when it shares no page to which the keeper
 * writes. */
static void begin_nursery(uint64 seed, int stop)
{
	int fds[2];
	char go;

	if (pipe(fds) < 0)
		return;
	nursery = fork();
	own_memory();
	if (nursery == 0) {
		close(fds[1]);
		read(fds[0], &go, 1);
		close(fds[0]);
		nurse(seed, stop);
	}
	close(fds[0]);
	close(fds[1]);
}

/* Kill old processes, round after round, until the nursery exits because its
 * time is over or memory is exhausted. */
static void keep(void)
{
	int seen[ROUNDS_TO_LIVE] = { 0 };

	while (nursery > 0 && !nursery_has_ended()) {
		sleep(ROUND);
		kill_up_to(seen[0]);
		for (int i = 0; i + 1 < ROUNDS_TO_LIVE; i++)
			seen[i] = seen[i + 1];
		seen[ROUNDS_TO_LIVE - 1] = newest_pid(seen[ROUNDS_TO_LIVE - 1]);
	}
	if (nursery > 0)
		wait(NULL);
	nursery = -1;
}

/* Kill all processes, whatever they wait for. */
static void end_all(long procs)
{
	int last = keeper;

	vmstat_command("fail 0");
	for (int i = 0; i < 100 && xvmstat("procs") > procs; i++) {
		last = newest_pid(last);
		kill_up_to(last);
		sleep(1);
	}
	/* One of them may have asked for a failure just before its end, and the
	 * keeper needs memory now. The first command may meet that failure. */
	CHECK(vmstat_command("fail 0") >= 0 || vmstat_command("fail 0") >= 0);
	CHECK_EQ(xvmstat("procs"), procs);
}

static void remove_strays(void)
{
	static const char *const names[] = { "a", "b",   "c",     "d",
					     "x", "elf", "large", "fuzz" };
	static const char *const folders[] = { "/", "/tmp" };
	char path[32];

	for (uint i = 0; i < ARRAY_LEN(folders); i++)
		for (uint j = 0; j < ARRAY_LEN(names); j++) {
			snprintf(path, sizeof(path), "%s/%s", folders[i],
				 names[j]);
			remove_tree(path);
		}
}

int main(int argc, char **argv)
{
	struct vmstat before;
	long seed, seconds;

	if (argc != 4 || !parse_number(argv[1], &seed) ||
	    !parse_number(argv[2], &seconds))
		usage(SYNOPSIS);
	if (strcmp(argv[3], "audit") == 0)
		may_audit = MAY_AUDIT;
	stack_note();
	starter_settle();
	keeper = getpid();
	nursery = -1;
	own_memory();
	mkdir("/tmp");
	xmkdir(FUZZ_DIR);
	xvmstat_read(&before);

	int stop = uptime() + (int)seconds * TICKS_PER_SECOND;

	for (uint64 i = 0; uptime() < stop; i++) {
		begin_nursery((uint64)seed * 1000003 + i * 100000, stop);
		keep();
		end_all(before.procs);
	}
	remove_strays();
	CHECK_EQ(xvmstat("free"), before.free);
	printf("fuzz: %ld processes, late %ld\n", xvmstat("fork") - before.fork,
	       xvmstat("late"));
	printf("fuzz: ok\n");
	return 0;
}
