/* grade/kernel/programs/crowd.c: a large parent and many children that do
 * nothing.
 *
 * When all of them have made their writes, the parent prints the output of the
 * tools and a hash of each child's pagemap. From then on all of them keep a
 * hart busy, so that their root tables can be seen from outside. Each has a
 * page that says which process it is (grade/kernel/unix/test_seeing.py). */

#include "process.h"
#include "test.h"

#define CHILDREN 20
#define PAGES 2560 /* 10 MiB */
#define WRITES 32  /* the i-th child writes to i * WRITES pages */

static struct {
	volatile uint64 nonce;
	volatile uint64 role; /* the pid of the process */
} mark __attribute__((aligned(PGSIZE)));

static int pids[CHILDREN + 1];

static void stand(uint64 nonce) __attribute__((noreturn));
static void stand(uint64 nonce)
{
	mark.nonce = nonce;
	for (;;)
		(void)mark.role;
}

/* FNV-1a over the entries, without the bit whose meaning is private to the
 * kernel. */
static uint64 hash_pagemap(int pid)
{
	char path[PATH_LEN];
	uint64 part[128], hash = 0xcbf29ce484222325;
	long n;

	snprintf(path, sizeof(path), "/proc/%d/pagemap", pid);
	int fd = xopen(path, O_RDONLY);

	while ((n = read(fd, part, sizeof(part))) > 0)
		for (long i = 0; i < n / 8; i++)
			hash = (hash ^ (part[i] & ~PAGEMAP_COW)) *
			       0x100000001b3;
	xclose(fd);
	return hash;
}

static void print_pagemaps(const char *title)
{
	for (int i = 1; i <= CHILDREN; i++)
		printf("%s %d %lx\n", title, pids[i], hash_pagemap(pids[i]));
}

static void run(const char *name)
{
	char *args[] = { (char *)name, NULL };

	if (xfork() == 0) {
		exec(name, args);
		err(1, "%s", name);
	}
	xwait(0);
}

int main(int argc, char **argv)
{
	int ready[2];
	uint64 nonce = argc > 1 ? (uint64)strtol(argv[1], NULL, 10) : 0;
	char *pages = xpages(PAGES);
	char byte = '\0';

	own_stack();
	pages_fill(pages, PAGES, 1);
	mark.role = (uint64)getpid();
	pids[0] = getpid();
	xpipe(ready);
	for (int i = 1; i <= CHILDREN; i++) {
		pids[i] = xfork();
		if (pids[i] == 0) {
			pages_fill(pages, (long)i * WRITES, i);
			mark.role = (uint64)getpid();
			xwrite(ready[1], &byte, 1);
			stand(nonce);
		}
		xread(ready[0], &byte, 1);
	}
	mark.nonce = nonce + 1;
	print_pagemaps("rehearsal"); /* so that printing copies no more pages */
	run("smem");
	print_pagemaps("pagemap");
	stand(nonce);
}
