/* user/lib/testmem.c: helpers for tests: memory. */

#include "test.h"

#define KERNEL_BASE 0xffffffc000000000UL /* the direct map */
#define UART_BASE 0x10000000UL
#define RAM_BASE 0x80000000UL

#define STACK_BELOW (3 * PGSIZE) /* bytes that later calls may need */
#define STACK_ABOVE (2 * PGSIZE) /* bytes that the callers may use */

static uint64 heap_start; /* also the end of the stack */

void stack_note(void)
{
	heap_start = (uint64)sbrk(0);
}

void stack_touch(void)
{
	for (uint64 va = stack_guard() + PGSIZE; va < stack_top(); va += PGSIZE)
		*(volatile char *)va = *(volatile char *)va;
}

uint64 stack_top(void)
{
	return heap_start;
}

uint64 stack_guard(void)
{
	return heap_start - STACK_SIZE - PGSIZE;
}

void own_stack(void)
{
	uint64 here = (uint64)__builtin_frame_address(0);
	uint64 end = here + STACK_ABOVE;

	if (end > stack_top())
		end = stack_top();
	for (uint64 va = here - STACK_BELOW; va < end; va += PGSIZE / 2) {
		volatile char *byte = (volatile char *)va;

		*byte = *byte;
	}
}

void *xsbrk(long bytes)
{
	void *old = sbrk(bytes);

	if (old == SBRK_FAILED)
		fail("sbrk(%ld): %s", bytes, strerror(errno));
	return old;
}

char *xpages(long count)
{
	uint64 end = (uint64)xsbrk(0);

	xsbrk((long)(-end % PGSIZE));
	return xsbrk(count * (long)PGSIZE);
}

static int page_value(long page, int seed)
{
	return (int)(page * 0x01000193 ^ seed);
}

void pages_fill(char *pages, long count, int seed)
{
	for (long i = 0; i < count; i++)
		*(int *)(pages + i * (long)PGSIZE) = page_value(i, seed);
}

void pages_check(const char *pages, long count, int seed)
{
	for (long i = 0; i < count; i++) {
		int value = *(const int *)(pages + i * (long)PGSIZE);

		if (value != page_value(i, seed))
			fail("page %ld of %ld has %#x, not %#x", i, count,
			     value, page_value(i, seed));
	}
}

/* One list for both: no address that is bad for loads is good for stores. */
static const struct bad_address *bad_list(bool for_store)
{
	static struct bad_address list[] = {
		{ "read-only text", 0, 0 },
		{ "unmapped", 0, 0 },
		{ "stack guard", 0, 0 },
		{ "end of heap straddled", 0, 4 },
		{ "device", UART_BASE, 0 },
		{ "RAM", RAM_BASE, 0 },
		{ "top 64 KiB", USER_TOP, 0 },
		{ "end of user space straddled", USER_END - 4, 0 },
		{ "end of user space", USER_END, 0 },
		{ "past the end", USER_END + PGSIZE, 0 },
		{ "not canonical", 1UL << 63, 0 },
		{ "like the heap in 39 bits", 0, 0 },
		{ "kernel", KERNEL_BASE, 0 },
		{ "kernel's RAM", KERNEL_BASE + RAM_BASE, 0 },
		{ "last page", -PGSIZE, 0 },
		{ "wrap-around", -4UL, 0 },
		{ NULL, 0, 0 },
	};

	xpages(1); /* so that the heap ends at the end of a page */

	uint64 end = (uint64)xsbrk(0);

	list[0].va = (uint64)bad_list & ~7UL;
	list[1].va = end + PGSIZE;
	list[2].va = stack_guard() + 8;
	list[3].va = end - 4;
	list[11].va = (1UL << 39) + end - PGSIZE;
	return for_store ? list : list + 1;
}

const struct bad_address *bad_to_load(void)
{
	return bad_list(false);
}

const struct bad_address *bad_to_store(void)
{
	return bad_list(true);
}

void check_refused(const char *call, const struct bad_address *bad, long result)
{
	int reason = errno;

	if (result != -1)
		fail("%s at %s (%#lx) gives %ld, not an error", call, bad->name,
		     bad->va, result);
	if (reason != EFAULT)
		fail("%s at %s (%#lx): %s", call, bad->name, bad->va,
		     strerror(reason));
}

void check_cut_short(const char *call, const struct bad_address *bad,
		     long result)
{
	if (result <= 0 || result != bad->good_bytes)
		check_refused(call, bad, result);
}
