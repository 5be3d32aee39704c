/* user/bin/cowdemo/main.c: show what copy-on-write does.
 *
 * A parent with some pages forks. Then parent and child take turns, and after
 * each turn the counters in /dev/vmstat show what it has cost. */

#include "calf.h"
#include "large.h"
#include "many.h"
#include "vmstat.h"
#include "zeros.h"

#define SYNOPSIS "cowdemo [PAGES | many | large | zeros]"
#define DEFAULT_PAGES 64
#define MAX_PAGES 100000

static char *pages;
static long npages;

/* The parent sends letters; the child does what a letter says and returns
 * it. */
static int to_child[2];
static int to_parent[2];

static void read_pages(void)
{
	for (long i = 0; i < npages; i++)
		(void)*(volatile char *)(pages + i * (long)PGSIZE);
}

static void write_page(long i)
{
	++*(volatile char *)(pages + i * (long)PGSIZE);
}

static void child_run(void) __attribute__((noreturn));
static void child_run(void)
{
	char order;

	close(to_child[1]);
	close(to_parent[0]);
	while (read(to_child[0], &order, 1) == 1) {
		if (order == 'r')
			read_pages();
		if (order == 'w')
			write_page(0);
		write(to_parent[1], &order, 1);
	}
	exit(0);
}

static void child_order(char order)
{
	if (write(to_child[1], &order, 1) != 1 ||
	    read(to_parent[0], &order, 1) != 1)
		errx(1, "the child is gone");
}

/* ---- the turns ---- */

static void turn_fork(void)
{
	int pid = fork();
	if (pid < 0)
		err(1, "fork");
	if (pid == 0)
		child_run();
	close(to_child[0]);
	close(to_parent[1]);
	/* This also copies the parent's page of variables, in this turn. */
	to_child[0] = -1;
	to_parent[1] = -1;
	child_order('-'); /* now it runs and has its own stack page */
}

static void turn_child_reads(void)
{
	child_order('r');
}

static void turn_child_writes(void)
{
	child_order('w');
}

static void turn_parent_writes(void)
{
	write_page(1);
}

static void turn_child_exits(void)
{
	close(to_child[1]);
	wait(NULL);
}

static void turn_parent_writes_last(void)
{
	write_page(2);
}

struct figures {
	long used, shared, copied, reused;
};

/* ---- what the figures of a turn say ---- */

#define FORK_FRAMES 8 /* a child needs them even if all pages are shared */

static bool is_shared_by_fork; /* whether fork has shared the pages */

static bool is(const struct figures *seen, long used, long copied, long reused)
{
	return seen->used == used && seen->copied == copied &&
	       seen->reused == reused;
}

static const char *say_fork(const struct figures *seen)
{
	is_shared_by_fork = seen->used - FORK_FRAMES < npages / 2;
	if (!is_shared_by_fork)
		return "fork copied the pages: this kernel has no "
		       "copy-on-write for them.";
	if (seen->shared < npages)
		return "fork took few frames, but few frames are shared.";
	return "Both map the same frames. Copied: stack and data that both "
	       "write.";
}

static const char *say_read(const struct figures *seen)
{
	if (!is(seen, 0, 0, 0))
		return "Reading should cost nothing, but it did.";
	return is_shared_by_fork ? "Reading costs nothing: there is still one "
				   "frame for the two."
				 : "Reading costs nothing.";
}

static const char *say_wrote(const struct figures *seen,
			     const char *when_shared, const char *when_copied)
{
	if (is(seen, 1, 1, 0) && is_shared_by_fork)
		return when_shared;
	if (is(seen, 0, 0, 0) && !is_shared_by_fork)
		return when_copied;
	return "This should cost one frame and one copy if the page is shared, "
	       "else nothing.";
}

static const char *say_child_wrote(const struct figures *seen)
{
	return say_wrote(seen,
			 "The write faults, and the child gets a copy of this "
			 "page alone.",
			 "The copy is there already: the price was paid in "
			 "fork.");
}

static const char *say_wrote_again(const struct figures *seen)
{
	if (!is(seen, 0, 0, 0))
		return "The page was the child's own already: this should "
		       "cost nothing.";
	return is_shared_by_fork ? "The page is the child's own now: no fault, "
				   "no copy."
				 : "Nothing happens.";
}

static const char *say_parent_wrote(const struct figures *seen)
{
	return say_wrote(seen,
			 "It works both ways: the parent copies, the child "
			 "keeps the old one.",
			 "Nothing happens.");
}

static const char *say_exited(const struct figures *seen)
{
	if (seen->used >= 0)
		return "The child is gone, but no frame of it is free.";
	if (!is_shared_by_fork)
		return "The child's frames are free again.";
	return -seen->used < npages + FORK_FRAMES
		       ? "What was the child's own is free; the shared frames "
			 "stay."
		       : "More frames are free than the child had of its own.";
}

static const char *say_last_wrote(const struct figures *seen)
{
	if (is(seen, 0, 0, 1))
		return "Nobody else has the frame any more: taken over, not "
		       "copied.";
	if (is(seen, 0, 0, 0))
		return is_shared_by_fork
			       ? "It cost nothing, and no take-over was "
				 "counted."
			       : "Nothing happens.";
	return "Nobody else has the frame any more: this should cost no frame.";
}

static const struct turn {
	const char *title;
	void (*run)(void);
	const char *(*say)(const struct figures *seen);
} turns[] = {
	{ "parent forks", turn_fork, say_fork },
	{ "child reads all pages", turn_child_reads, say_read },
	{ "child writes one page", turn_child_writes, say_child_wrote },
	{ "child writes it again", turn_child_writes, say_wrote_again },
	{ "parent writes another page", turn_parent_writes, say_parent_wrote },
	{ "child exits", turn_child_exits, say_exited },
	{ "parent writes a third page", turn_parent_writes_last,
	  say_last_wrote },
};

static void show_turn(int number, const struct turn *turn)
{
	struct vmstat before;
	struct vmstat after;

	vmstat_read(&before);
	turn->run();
	vmstat_read(&after);
	struct figures seen = {
		.used = after.used - before.used,
		.shared = after.shared - before.shared,
		.copied = after.cow_copy - before.cow_copy,
		.reused = after.cow_reuse - before.cow_reuse,
	};
	printf("%d. %-28s %+8ld %+8ld %8ld %8ld\n   %s\n", number, turn->title,
	       seen.used, seen.shared, seen.copied, seen.reused,
	       turn->say(&seen));
}

static void make_pages(void)
{
	pages = sbrk((npages + 1) * (long)PGSIZE);
	if (pages == SBRK_FAILED)
		err(1, "%ld pages", npages);
	pages += -(uint64)pages % PGSIZE;
	for (long i = 0; i < npages; i++)
		write_page(i);
}

/* Demonstrations of other things, by the word that asks for them. */
static const struct {
	const char *name;
	void (*run)(void);
} others[] = {
	{ "many", many_run },
	{ "large", large_run },
	{ "zeros", zeros_run },
};

int main(int argc, char **argv)
{
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (argc == 2 && strcmp(argv[1], others[i].name) == 0) {
			others[i].run();
			return 0;
		}
	npages = DEFAULT_PAGES;
	if (argc > 2 || (argc == 2 && !parse_number(argv[1], &npages)))
		usage(SYNOPSIS);
	if (npages < 3 || npages > MAX_PAGES)
		errx(2, "from 3 to %d pages, please", MAX_PAGES);
	make_pages();
	if (pipe(to_child) < 0 || pipe(to_parent) < 0)
		err(1, "pipe");
	printf("A parent with %ld pages of data (%ld KiB), and what each step "
	       "costs in frames:\n\n",
	       npages, npages * (long)PGSIZE / 1024);
	printf("   %-28s %8s %8s %8s %8s\n", "", "used", "shared", "copied",
	       "reused");
	for (size_t i = 0; i < sizeof(turns) / sizeof(turns[0]); i++)
		show_turn((int)i + 1, &turns[i]);
	return 0;
}
