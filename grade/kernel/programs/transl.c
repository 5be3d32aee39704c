/* grade/kernel/programs/transl.c: changes its own page tables in every way that
 * system calls allow, and checks its memory right after each change.
 *
 * On the strict machine this shows translations that were not fenced. */
#include "calf.h"

#define PAGE 4096
#define NPAGES 12
#define TABLES (6L << 20) /* spans at least three page tables */
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

	check(wait(&status) == pid && status == 0, "a child failed");
}

/* Parent and child write to the same pages, and neither may see what the other
 * one writes. */
static void test_fork(int child_first)
{
	int go[2], pid;
	char byte = 0;

	fill('a');
	check(pipe(go) == 0, "pipe failed");
	pid = fork();
	check(pid >= 0, "fork failed");
	if (pid == 0) {
		if (child_first)
			fill('c');
		check(read(go[0], &byte, 1) == 1, "the child cannot read");
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
	check(write(go[1], &byte, 1) == 1, "the parent cannot write");
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
	check(pipe(ends) == 0, "pipe failed");
	pid = fork();
	if (pid == 0) {
		check(all_are('a'), "the child sees other bytes");
		for (int i = 0; i < NPAGES; i++) {
			check(write(ends[1], text, 8) == 8, "write failed");
			check(read(ends[0], &pages[i][i], 8) == 8,
			      "read failed");
			check(pages[i][i] == 'k',
			      "the kernel's bytes are lost");
		}
		exit(0);
	}
	wait_for(pid);
	check(all_are('a'), "the parent sees what its child read");
	close(ends[0]);
	close(ends[1]);
}

/* Shrink the heap and grow it again. It must be all zero and private. */
static void test_heap(void)
{
	for (int round = 0; round < 3; round++) {
		char *heap = sbrk(TABLES);

		check(heap != SBRK_FAILED, "sbrk failed");
		for (long at = round * PAGE; at < TABLES; at += STEP) {
			check(heap[at] == 0, "new heap is not zero");
			memset(heap + at, 'h', PAGE / 2);
		}
		for (long at = round * PAGE; at < TABLES; at += STEP)
			check(heap[at] == 'h', "stores to the heap are lost");
		check(sbrk(-TABLES) != SBRK_FAILED, "sbrk cannot shrink");
	}
}

/* A store to a page that was freed must not reach its next owner. */
static void test_gone(int which)
{
	char *heap = sbrk(3 * PAGE), *page = heap + which * PAGE;
	int pid;

	memset(heap, 'g', 3 * PAGE);
	pid = fork();
	if (pid == 0) {
		memset(heap, 'c', 3 * PAGE);
		check(sbrk(-3 * PAGE) != SBRK_FAILED, "heap stays");
		*page = 'x';
		exit(0); /* not reached: the store kills */
	}
	int status;

	check(wait(&status) == pid && status != 0,
	      "a child stores where it has no heap");
	check(*page == 'g', "the parent sees what its child wrote");
	check(sbrk(-3 * PAGE) != SBRK_FAILED, "heap stays");
}

int main(void)
{
	for (int round = 0; round < 2; round++) {
		test_fork(round);
		test_copy();
		test_heap();
		test_gone(round == 0 ? 2 : 0);
	}
	printf("transl: ok\n");
	return 0;
}
