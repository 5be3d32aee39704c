/* user/bin/cowbench/memory.c: the memory that sleeping processes use. */

#include "cowbench.h"

#include "vmstat.h"

#define CHILDREN 20
#define KIB_PER_FRAME (PGSIZE / 1024)

/* Stop when so few frames are left. If this process used up the last one, it
 * would be killed itself. */
#define FRAMES_LEFT 32

static long frames_free(void)
{
	long frames = vmstat_get("free");

	if (frames < 0)
		errx(1, "no line \"free\" in " VMSTAT_PATH);
	return frames;
}

struct usage {
	long frames; /* used by all children together */
	long lost;   /* not free again after they have exited */
};

static struct usage usage_of_children(long npages)
{
	struct sleepers sleepers;

	pages_make(npages);
	long before = frames_free();
	sleepers_init(&sleepers);
	while (sleepers.count < CHILDREN)
		sleepers_add(&sleepers);
	long during = frames_free();
	sleepers_dismiss(&sleepers);
	long after = frames_free();
	pages_free(npages);
	return (struct usage){ before - during, before - after };
}

static uint64 child_memory_figure(long n)
{
	return (uint64)usage_of_children(n).frames * KIB_PER_FRAME;
}

static uint64 child_lost_figure(long n)
{
	/* Run it once before, since frames kept for reuse are not lost. */
	usage_of_children(n);
	return (uint64)usage_of_children(n).lost * KIB_PER_FRAME;
}

static uint64 sleepers_figure(long n)
{
	(void)n;
	struct sleepers sleepers;

	sleepers_init(&sleepers);
	while (frames_free() > FRAMES_LEFT)
		sleepers_add(&sleepers);
	uint64 count = (uint64)sleepers.count;
	sleepers_dismiss(&sleepers);
	return count;
}

const struct row memory_rows[] = {
	{ .name = "child_memory",
	  .unit = "KiB",
	  .what = "used by each of 20 children that sleep",
	  .number = "PAGES",
	  .ops = CHILDREN,
	  .figure = child_memory_figure },
	{ .name = "child_lost",
	  .unit = "KiB",
	  .what = "not free again after them",
	  .number = "PAGES",
	  .ops = 1,
	  .figure = child_lost_figure },
	{ .name = "sleepers",
	  .unit = "processes",
	  .what = "that fit into the memory (ARGS=maxproc=100000)",
	  .ops = 1,
	  .figure = sleepers_figure },
	{ .name = NULL },
};
