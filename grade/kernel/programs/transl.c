/* grade/kernel/programs/transl.c: changes its own page tables in every way that
 * system calls allow, and checks its memory right after each change.
 *
 * On the strict machine this shows translations that were not fenced. */
#include "calf.h"

#define PAGE 4096
#define NPAGES 12
#define TABLES (6L << 20) /* spans at least three page tables */
#define STEP (96L << 10)
#define LARGE (20L << 20) /* more than a kernel shares in one go */
#define MOVES 8

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

/* The last pages of a large program, too, change at fork. */
static void test_large(void)
{
	char *heap = sbrk(LARGE), *end = heap + LARGE;
	int go[2], pid;
	char byte = 0;

	check(heap != SBRK_FAILED && pipe(go) == 0, "no memory");
	for (char *at = end - NPAGES * PAGE; at < end; at += PAGE)
		*at = 'l';
	pid = fork();
	if (pid == 0) {
		check(read(go[0], &byte, 1) == 1, "the child cannot read");
		for (char *at = end - NPAGES * PAGE; at < end; at += PAGE)
			check(*at == 'l', "the child sees a later store");
		exit(0);
	}
	for (char *at = end - NPAGES * PAGE; at < end; at += PAGE)
		*at = 'p';
	check(write(go[1], &byte, 1) == 1, "the parent cannot write");
	wait_for(pid);
	check(sbrk(-LARGE) != SBRK_FAILED, "sbrk cannot shrink");
	close(go[0]);
	close(go[1]);
}

static void echo_all(const int in[2], const int out[2])
{
	char byte;

	close(in[1]);
	while (read(in[0], &byte, 1) == 1)
		check(write(out[1], &byte, 1) == 1, "the echo cannot write");
	exit(0);
}

/* Sleep until another process has run. This one may go on on another hart. */
static void move(const int out[2], const int in[2])
{
	char byte = 0;

	check(write(out[1], &byte, 1) == 1 && read(in[0], &byte, 1) == 1,
	      "no echo");
}

/* A hart may have run nothing else since this process was there last, while
 * the process has changed its tables on another one. */
static void test_moves(void)
{
	int out[2], in[2];

	for (int round = 0; round < MOVES; round++) {
		fill('a');
		check(pipe(out) == 0 && pipe(in) == 0, "pipe failed");

		int pid = fork();

		if (pid == 0)
			echo_all(out, in);
		for (int i = 0; i < NPAGES; i++) {
			check(pages[i][i] == 'a', "a page has changed");
			move(out, in);
			pages[i][i] = 'm';
			move(out, in);
			check(pages[i][i] == 'm', "a store is lost");
		}
		close(out[0]);
		close(out[1]);
		wait_for(pid);
		close(in[0]);
		close(in[1]);
	}
}

int main(void)
{
	for (int round = 0; round < 2; round++) {
		test_fork(round);
		test_copy();
		test_heap();
		test_gone(round == 0 ? 2 : 0);
	}
	test_large();
	test_moves();
	printf("transl: ok\n");
	return 0;
}
