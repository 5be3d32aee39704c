/* user/bin/cowdemo/main.c: show what copy-on-write does.
 *
 * A parent with some pages forks. Then parent and child take turns, and after
 * each turn the counters in /dev/vmstat show what it has cost. */

#include "calf.h"
#include "many.h"
#include "vmstat.h"

#define SYNOPSIS "cowdemo [PAGES | many]"
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

static bool is_shared_by_fork; /* whether fork has shared the pages */

static void turn_fork(void)
{
	struct vmstat before;
	struct vmstat after;

	vmstat_read(&before);
	int pid = fork();
	if (pid < 0)
		err(1, "fork");
	if (pid == 0)
		child_run();
	close(to_child[0]);
	close(to_parent[1]);
	child_order('-'); /* now it runs and has its own stack page */
	vmstat_read(&after);
	is_shared_by_fork = after.shared - before.shared >= npages;
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

static const struct turn {
	const char *title;
	void (*run)(void);
	const char *when_shared; /* explanation with copy-on-write */
	const char *when_copied; /* explanation without it */
} turns[] = {
	{ "parent forks", turn_fork,
	  "Both map the same frames. Copied: stack and data that both write.",
	  "fork copied every page: this kernel has no copy-on-write." },
	{ "child reads all pages", turn_child_reads,
	  "Reading costs nothing: there is still one frame for the two.",
	  "Reading costs nothing." },
	{ "child writes one page", turn_child_writes,
	  "The write faults, and the child gets a copy of this page alone.",
	  "The copy is there already: the price was paid in fork." },
	{ "child writes it again", turn_child_writes,
	  "The page is the child's own now: no fault, no copy.",
	  "Nothing happens." },
	{ "parent writes another page", turn_parent_writes,
	  "It works both ways: the parent copies, the child keeps the old one.",
	  "Nothing happens." },
	{ "child exits", turn_child_exits,
	  "What was the child's own is free; the shared frames stay.",
	  "All frames of the child are free again." },
	{ "parent writes a third page", turn_parent_writes_last,
	  "Nobody else has the frame any more: taken over, not copied.",
	  "Nothing happens." },
};

static void show_turn(int number, const struct turn *turn)
{
	struct vmstat before;
	struct vmstat after;

	vmstat_read(&before);
	turn->run();
	vmstat_read(&after);
	printf("%d. %-28s %+8ld %+8ld %8ld %8ld\n   %s\n", number, turn->title,
	       after.used - before.used, after.shared - before.shared,
	       after.cow_copy - before.cow_copy,
	       after.cow_reuse - before.cow_reuse,
	       is_shared_by_fork ? turn->when_shared : turn->when_copied);
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

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "many") == 0) {
		many_run();
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
