/* user/test/proctest/main.c: check that /proc is right while other processes
 * fork and exit.
 *
 * A family of processes sleeps and shares frames with nobody else, so that the
 * figures that /proc gives for it must add up. Meanwhile other processes (this
 * program by other names, and grind) fork, exec and exit, and read the files of
 * all processes. When they have exited, their frames must be free again. */

#include "test.h"

#include "abi/proc.h"
#include "files.h"
#include "process.h"
#include "sort.h"

#define CHILDREN 12
#define PAGES 256 /* pages of each; the i-th child writes to 16 * i of them */
#define ENTRIES 8192
#define ENDS 100
#define REST "/tmp/proctest.rest"
#define SLAB_FRAMES 4 /* frames that a dozen processes may cost the kernel */

static uint64 *frames[ENTRIES]; /* point into `entries` */
static uint64 entries[ENTRIES];
static long nframes;

/* ---- all processes of one name ---- */

static int compare_frames(const void *a, const void *b)
{
	uint64 x = *(const uint64 *)a & PAGEMAP_FRAME;
	uint64 y = *(const uint64 *)b & PAGEMAP_FRAME;

	return x < y ? -1 : x > y;
}

/* Add the process's pages to `entries`; returns how many there are. */
static long read_pagemap(int pid)
{
	char path[PATH_LEN];
	uint64 part[64];
	long n, pages = 0;

	snprintf(path, sizeof(path), "/proc/%d/pagemap", pid);
	int fd = xopen(path, O_RDONLY);

	while ((n = read(fd, part, sizeof(part))) > 0)
		for (long i = 0; i < n / (long)sizeof(part[0]); i++) {
			if (!(part[i] & PAGEMAP_PRESENT))
				continue;
			CHECK(nframes < ENTRIES);
			frames[nframes] = &entries[nframes];
			entries[nframes++] = part[i];
			pages++;
		}
	CHECK_EQ(n, 0);
	xclose(fd);
	return pages;
}

/* Check that the parts of a process add up to its totals, and to `pages` if it
 * is asleep. There may be addresses without pages. */
static void check_mappings(int pid, long pages)
{
	struct mapping *all;
	long rss = 0, count = mappings_read(pid, &all);

	for (long i = 0; i < count; i++) {
		const struct mapping *m = &all[i];

		CHECK_EQ(m->shared + m->private, m->rss);
		CHECK(m->rss <= (long)(m->end - m->start) / 1024);
		CHECK(m->cow <= m->rss);
		rss += m->rss;
	}
	free(all);
	if (pages >= 0)
		CHECK_EQ(rss, pages * (long)PGSIZE / 1024);
}

/* Count each frame once, and check the bit that says whether only one page maps
 * it. */
static long count_distinct(void)
{
	long distinct = 0;

	sort_pointers((void **)frames, (size_t)nframes, compare_frames);
	for (long i = 0, n; i < nframes; i += n) {
		for (n = 1; i + n < nframes &&
			    compare_frames(frames[i], frames[i + n]) == 0;
		     n++)
			;
		for (long k = i; k < i + n; k++) {
			uint64 entry = *frames[k];

			CHECK_EQ((entry & PAGEMAP_EXCLUSIVE) != 0, n == 1);
			CHECK(!(entry & PAGEMAP_WRITABLE) || n == 1);
			CHECK(!(entry & PAGEMAP_COW) ||
			      !(entry & PAGEMAP_WRITABLE));
		}
		distinct++;
	}
	return distinct;
}

/* All processes of that name are asleep, and nobody else shares their frames.
 * So the sum of their PSS must be the memory of these frames, except for less
 * than 1 / PSS_ONE byte a page. */
static void check_sums(const char *name)
{
	struct process *all;
	long found = 0, count = processes_read(&all);
	uint64 pss = 0;

	for (struct process *p = all; p < all + count; p++) {
		if (strcmp(p->name, name) != 0)
			continue;
		long pages = read_pagemap(p->pid);

		CHECK_EQ(p->rss, pages * (long)PGSIZE / 1024);
		check_mappings(p->pid, pages);
		pss += p->pss;
		found++;
	}
	free(all);
	CHECK_EQ(found, CHILDREN + 1);

	uint64 used = (uint64)count_distinct() * PGSIZE * PSS_ONE;

	CHECK(pss <= used && used - pss < (uint64)nframes);
}

/* ---- the whole memory ---- */

/* The number of frames that hold neither page tables nor pages of processes:
 * all frames minus those that /proc accounts for. */
static long kernel_rest(void)
{
	nframes = 0;

	struct process *all;
	long tables = 0, count = processes_read(&all);
	long rest = xvmstat("used") - count;

	for (struct process *p = all; p < all + count; p++) {
		tables += p->tables * 1024 / (long)PGSIZE;
		read_pagemap(p->pid);
	}
	CHECK_EQ(tables, xvmstat("table"));
	return rest - tables - count_distinct();
}

/* The rest must be the same, however many processes there are. */
static void compare_rest(void)
{
	long before, rest;

	kernel_rest(); /* touches the memory that it needs */
	rest = kernel_rest();
	int fd = open(REST, O_RDONLY);

	if (fd < 0) {
		make_file(REST, &rest, sizeof(rest));
		return;
	}
	xread(fd, &before, sizeof(before));
	xclose(fd);
	CHECK(rest >= before && rest - before <= SLAB_FRAMES);
}

/* ---- others, meanwhile ---- */

static void forks(int end)
{
	while (uptime() < end) {
		for (int i = 0; i < 4; i++) {
			int pid = fork();

			if (pid == 0) {
				entries[i * 600] = (uint64)i;
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
	check_sums("procfamily");
}

static void rest(int end)
{
	(void)end;
	compare_rest();
}

static const struct part {
	const char *name;
	void (*run)(int end);
} parts[] = {
	{ "procsums", sums },   { "procrest", rest }, { "procforks", forks },
	{ "procreads", reads }, { "procends", ends }, { "procfamily", live },
};

static void link_parts(void)
{
	char path[PATH_LEN];

	unlink(REST);
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		snprintf(path, sizeof(path), "/tmp/%s", parts[i].name);
		if (link("/bin/proctest", path) < 0 && errno != EEXIST)
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
	run("procrest");
	run("procfamily");
	run("procends");
	all_at_once(number);
	strcpy(end_text, "0");
	run("procrest");
	puts("proctest: ok");
	return 0;
}
