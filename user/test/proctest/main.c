/* user/test/proctest/main.c: check that /proc is right while other processes
 * fork and exit.
 *
 * A family of processes sleeps and shares frames with nobody else, so that the
 * figures that /proc gives for it must add up. Meanwhile other processes (this
 * program by other names, and grind) fork, exec and exit, and read the files of
 * all processes. When they have exited, their frames must be free again. */

#include "test.h"

#include "files.h"
#include "process.h"
#include "sums.h"

#define CHILDREN 12
#define PAGES 256 /* pages of each; the i-th child writes to 16 * i of them */
#define ENDS 100
#define PROGRAM "/bin/proctest"
#define COPY "/tmp/procfamily"

/* ---- others, meanwhile ---- */

static uint64 words[4 * 600];

static void forks(int end)
{
	while (uptime() < end) {
		for (int i = 0; i < 4; i++) {
			int pid = fork();

			if (pid == 0) {
				words[i * 600] = (uint64)i;
				exit(0);
			}
		}
		while (wait(NULL) > 0)
			;
	}
}

static void reads(int end)
{
	while (uptime() < end) {
		struct process *all;
		long count = processes_read(&all);

		CHECK(count > 0);
		for (long i = 0; i < count; i++) {
			CHECK_EQ(all[i].pss <=
					 (uint64)all[i].rss * 1024 * PSS_ONE,
				 true);
			CHECK(all[i].shared <= all[i].rss);
			check_mappings(all[i].pid, -1);
		}
		free(all);
	}
}

/* Processes exec and exit while others read their files. An address space stays
 * locked while it is destroyed. Whoever waits for that lock must not use the
 * address space afterwards, because its root leads to no page any more. */
static void ends(int end)
{
	static char *args[] = { "true", NULL };
	char *pages = xpages(PAGES);
	struct process process;

	for (int i = 0; end == 0 ? i < ENDS : uptime() < end; i++) {
		int pid = xfork();

		if (pid == 0) {
			pages_fill(pages, PAGES, 1);
			exec("/bin/true", args);
			err(1, "true");
		}
		do {
			CHECK_EQ(process_read(pid, &process), 0);
			CHECK_EQ(process.tables > 0, process.rss > 0);
		} while (process.state != 'Z');
		CHECK_EQ(process.rss, 0);
		CHECK_EQ(process.tables, 0);
		xwait(0);
	}
}

/* ---- the family ---- */

static char end_text[24];

static int start_program(const char *path, char **args)
{
	int pid = xfork();

	if (pid == 0) {
		exec(path, args);
		err(1, "%s", path);
	}
	return pid;
}

/* Start this program by another name. */
static int start(const char *name)
{
	char path[PATH_LEN];
	char *args[] = { path, end_text, NULL };

	snprintf(path, sizeof(path), "/tmp/%s", name);
	return start_program(path, args);
}

static void run(const char *name)
{
	int status;

	CHECK_EQ(start(name), wait(&status));
	CHECK_EQ(status, 0);
}

static void child_run(int i, char *pages, const int ready[2], int hold)
	__attribute__((noreturn));
static void child_run(int i, char *pages, const int ready[2], int hold)
{
	char byte = '\0';

	pages_fill(pages, i * 16L, i);
	xwrite(ready[1], &byte, 1);
	read(hold, &byte, 1);
	exit(0);
}

/* Start a family, check it while it sleeps, and let it exit. */
static void live_once(char *pages, bool is_quiet)
{
	int ready[2], hold[2];
	char byte;

	xpipe(ready);
	xpipe(hold);
	for (int i = 0; i < CHILDREN; i++) {
		if (xfork() == 0) {
			xclose(hold[1]);
			child_run(i, pages, ready, hold[0]);
		}
		xread(ready[0], &byte, 1);
	}
	run("procsums");
	if (is_quiet)
		run("procrest");
	xclose(hold[1]);
	for (int i = 0; i < CHILDREN; i++)
		xwait(0);
	xclose(hold[0]);
	xclose(ready[0]);
	xclose(ready[1]);
}

static void live(int end)
{
	char *pages = xpages(PAGES);
	long rounds = 0;

	pages_fill(pages, PAGES, 1);
	do {
		live_once(pages, end == 0);
		rounds++;
	} while (uptime() < end);
	if (end > 0)
		printf("proctest: %ld families\n", rounds);
}

/* ---- the parts, and their names ---- */

static void sums(int end)
{
	(void)end;
	check_sums("procfamily", CHILDREN + 1);
}

static void rest(int end)
{
	(void)end;
	compare_rest();
}

/* Run `rest` while the family's program runs, but no family. */
static void alone(int end)
{
	(void)end;
	run("procrest");
}

/* Programs from the same file may share its text, and the family must share
 * with nobody else: it has a file of its own. */
static const struct part {
	const char *name;
	void (*run)(int end);
	const char *file;
} parts[] = {
	{ "procsums", sums, PROGRAM },   { "procrest", rest, PROGRAM },
	{ "procforks", forks, PROGRAM }, { "procreads", reads, PROGRAM },
	{ "procends", ends, PROGRAM },   { "procfamily", live, COPY },
	{ "procalone", alone, COPY },
};

static void copy_program(void)
{
	static char bytes[PGSIZE];
	int from = xopen(PROGRAM, O_RDONLY);
	int to = xopen(COPY, O_WRONLY | O_CREATE | O_TRUNC);
	long n;

	while ((n = read(from, bytes, sizeof(bytes))) > 0)
		xwrite(to, bytes, (size_t)n);
	xclose(from);
	xclose(to);
}

static void link_parts(void)
{
	char path[PATH_LEN];

	unlink(REST);
	copy_program();
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		snprintf(path, sizeof(path), "/tmp/%s", parts[i].name);
		if (link(parts[i].file, path) < 0 && errno != EEXIST)
			err(1, "%s", path);
	}
}

/* Run all parts at the same time for that many seconds. */
static void all_at_once(long seconds)
{
	static const char *const names[] = { "procforks", "procreads",
					     "procends", "procfamily" };
	char text[24];
	char *grind[] = { "grind", "-b", text, NULL };
	struct vmstat before;

	xvmstat_read(&before);
	snprintf(text, sizeof(text), "%ld", seconds);
	snprintf(end_text, sizeof(end_text), "%ld",
		 uptime() + seconds * TICKS_PER_SECOND);
	start_program("/bin/grind", grind);
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		start(names[i]);
	for (size_t i = 0; i <= ARRAY_LEN(names); i++)
		xwait(0);
	CHECK(orphans_settle(before.procs, SETTLE_SECONDS));
	CHECK_EQ(xvmstat("free"), before.free);
}

int main(int argc, char **argv)
{
	long number = 3;

	if (argc > 2 || (argc == 2 && !parse_number(argv[1], &number)))
		usage("proctest [SECONDS]");
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		if (strcmp(program_name, parts[i].name) == 0) {
			snprintf(end_text, sizeof(end_text), "%ld", number);
			parts[i].run((int)number);
			return 0;
		}
	}
	starter_settle();
	check_files();
	link_parts();
	strcpy(end_text, "0");
	run("procalone");
	run("procfamily");
	run("procends");
	all_at_once(number);
	strcpy(end_text, "0");
	run("procalone");
	puts("proctest: ok");
	return 0;
}
