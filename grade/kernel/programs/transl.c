/* grade/kernel/programs/transl.c: changes its own page tables in every way that
 * the system calls allow, and looks at once whether memory is what it must be.
 *
 * For the strict machine: a translation that is not fenced shows here. */
#include "calf.h"

#define PAGE 4096
#define NPAGES 12
#define TABLES (6L << 20) /* spans three page tables at least */
#define STEP (96L << 10)

static char pages[NPAGES][PAGE] __attribute__((aligned(PAGE)));

static void check(int is_right, const char *what)
{
	if (is_right)
		return;
	printf("transl: %s\n", what);
	exit(1);
}

static void fill(char value)
{
	for (int i = 0; i < NPAGES; i++)
		pages[i][i] = value;
}

static int all_are(char value)
{
	int same = 1;

	for (int i = 0; i < NPAGES; i++)
		same &= pages[i][i] == value;
	return same;
}

static void wait_for(int pid)
{
	int status;

	check(wait(&status) == pid && status == 0, "a child has failed");
}

/* Parent and child write to the same pages, and neither sees the other. */
static void test_fork(int child_first)
{
	int go[2], pid;
	char byte = 0;

	fill('a');
	check(pipe(go) == 0, "no pipe");
	pid = fork();
	check(pid >= 0, "no child");
	if (pid == 0) {
		if (child_first)
			fill('c');
		check(read(go[0], &byte, 1) == 1, "the parent is silent");
		check(all_are(child_first ? 'c' : 'a'),
		      "the child sees what its parent wrote");
		fill('c');
		check(all_are('c'), "the child's stores are lost");
		exit(0);
	}
	if (!child_first)
		fill('p');
	check(all_are(child_first ? 'a' : 'p'),
	      "the parent does not see what it wrote");
	check(write(go[1], &byte, 1) == 1, "the child does not listen");
	wait_for(pid);
	check(all_are(child_first ? 'a' : 'p'),
	      "the parent sees what its child wrote");
	close(go[0]);
	close(go[1]);
}

/* The kernel writes to pages that are shared. */
static void test_copy(void)
{
	static char text[2 * PAGE];
	int ends[2], pid;

	memset(text, 'k', sizeof(text));
	fill('a');
	check(pipe(ends) == 0, "no pipe");
	pid = fork();
	if (pid == 0) {
		check(all_are('a'), "the child has other memory");
		for (int i = 0; i < NPAGES; i++) {
			check(write(ends[1], text, 8) == 8, "no room");
			check(read(ends[0], &pages[i][i], 8) == 8, "no bytes");
			check(pages[i][i] == 'k',
			      "the kernel's bytes are lost");
		}
		exit(0);
	}
	wait_for(pid);
	check(all_are('a'), "the parent sees what its child has read");
	close(ends[0]);
	close(ends[1]);
}

/* Give heap back, take it again: it is all zero, and all ours. */
static void test_heap(void)
{
	for (int round = 0; round < 3; round++) {
		char *heap = sbrk(TABLES);

		check(heap != SBRK_FAILED, "no heap");
		for (long at = round * PAGE; at < TABLES; at += STEP) {
			check(heap[at] == 0, "new heap is not zero");
			memset(heap + at, 'h', PAGE / 2);
		}
		for (long at = round * PAGE; at < TABLES; at += STEP)
			check(heap[at] == 'h', "heap is lost");
		check(sbrk(-TABLES) != SBRK_FAILED, "heap stays");
	}
}

/* The last store before a page goes must not reach its next owner. */
static void test_gone(void)
{
	char *heap = sbrk(2 * PAGE);
	int pid;

	heap[0] = 'g';
	pid = fork();
	if (pid == 0) {
		check(sbrk(-2 * PAGE) != SBRK_FAILED, "heap stays");
		heap[0] = 'x';
		exit(0); /* not reached: the store kills */
	}
	check(wait(NULL) == pid, "no child");
	check(heap[0] == 'g', "the parent sees what its child wrote");
	check(sbrk(-2 * PAGE) != SBRK_FAILED, "heap stays");
}

int main(void)
{
	for (int round = 0; round < 2; round++) {
		test_fork(round);
		test_copy();
		test_heap();
		test_gone();
	}
	printf("transl: ok\n");
	return 0;
}
