/* user/test/fuzz/mapping.c: calls that map memory.
 *
 * A worker changes only pages above its heap: without its own ones it could not
 * go on. */

#include "fuzz.h"
#include "mman.h"

#define MAPPINGS 8

static struct {
	char *at;
	long pages;
} mapped[MAPPINGS];

/* A range in one of the mappings, or somewhere in the upper half of user
 * space. */
static char *rand_range(long *pages)
{
	uint i = rand_below(MAPPINGS);

	*pages = 1 + (long)rand_below(one_in(4) ? 5000 : 8);
	if (mapped[i].at == NULL || one_in(8))
		return (char *)(USER_END / 2 +
				rand64() % (USER_END / 2) / PGSIZE * PGSIZE);
	return mapped[i].at + rand_below((uint)mapped[i].pages) * (long)PGSIZE;
}

void do_mmap(void)
{
	uint i = rand_below(MAPPINGS);
	int flags =
		one_in(20) ? (int)rand_number() : MAP_PRIVATE | MAP_ANONYMOUS;
	long pages;
	char *at = rand_range(&pages);

	if (one_in(2))
		at = NULL;
	pages = 1 + (long)rand_below(one_in(8) ? 20000 : 20);
	if (at != NULL && one_in(2))
		flags |= MAP_FIXED;
	at = mmap(at, (size_t)pages * PGSIZE, (int)rand_below(8), flags,
		  (int)rand_fd(), one_in(20) ? rand_number() : 0);
	if (at != MAP_FAILED) {
		mapped[i].at = at;
		mapped[i].pages = pages;
	}
}

void do_munmap(void)
{
	long pages;
	char *at = rand_range(&pages);

	munmap(at, (size_t)pages * PGSIZE);
	munmap(at + rand_below(2), one_in(2) ? 0 : -PGSIZE);
}

void do_mprotect(void)
{
	long pages;
	char *at = rand_range(&pages);

	mprotect(at, (size_t)pages * PGSIZE, (int)rand_below(9));
}

void do_madvise(void)
{
	long pages;
	char *at = rand_range(&pages);

	madvise(at, (size_t)pages * PGSIZE, (int)rand_below(6));
}

/* The kernel touches the page, so that whatever its rights are, the worker goes
 * on. */
void do_touch(void)
{
	long pages;
	char *at = rand_range(&pages);

	call(SYS_fstat, rand_fd(), (long)(uint64)at, 0);
	call(SYS_open, (long)(uint64)at, 0, 0);
}
