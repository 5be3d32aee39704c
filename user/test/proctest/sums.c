/* user/test/proctest/sums.c: check that the figures of /proc add up. */

#include "sums.h"

#include "abi/proc.h"
#include "process.h"
#include "sort.h"
#include "test.h"

#define ENTRIES 8192
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
void check_mappings(int pid, long pages)
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
void check_sums(const char *name, long processes)
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
	CHECK_EQ(found, processes);

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
void compare_rest(void)
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
