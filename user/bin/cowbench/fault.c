/* user/bin/cowbench/fault.c: first writes to pages, and freeing pages. */

#include "cowbench.h"

#define PAGES 1024

/* Write to pages that are shared with a sleeping child. */
static uint64 fault_copy_window(long n)
{
	struct sleepers sleepers;

	pages_make(n);
	sleepers_init(&sleepers);
	sleepers_add(&sleepers);
	meter_start();
	pages_write(n, 1);
	uint64 cost = meter_stop();
	sleepers_dismiss(&sleepers);
	pages_free(n);
	return cost;
}

/* Write to pages whose other owner has exited. */
static uint64 fault_last_owner_window(long n)
{
	pages_make(n);
	if (must_fork() == 0)
		exit(0);
	wait(NULL);
	meter_start();
	pages_write(n, 1);
	uint64 cost = meter_stop();
	pages_free(n);
	return cost;
}

/* Write to new pages. The sbrk() counts too, because a kernel may do the work
 * there. */
static uint64 fault_fresh_window(long n)
{
	meter_start();
	pages_make(n);
	uint64 cost = meter_stop();
	pages_free(n);
	return cost;
}

/* Ask for new pages and do not touch them. */
static uint64 heap_grow_window(long n)
{
	meter_start();
	pages_ask(n);
	uint64 cost = meter_stop();
	pages_free(n);
	return cost;
}

/* Read from pages that nobody has touched. */
static uint64 fault_zero_window(long n)
{
	pages_ask(n);
	meter_start();
	pages_read(n);
	uint64 cost = meter_stop();
	pages_free(n);
	return cost;
}

/* Write to pages that were only read. */
static uint64 fault_zero_write_window(long n)
{
	pages_ask(n);
	pages_read(n);
	meter_start();
	pages_write(n, 1);
	uint64 cost = meter_stop();
	pages_free(n);
	return cost;
}

/* Free pages that have no other owner, so that their frames become free. */
static uint64 free_page_window(long n)
{
	pages_make(n);
	meter_start();
	pages_free(n);
	return meter_stop();
}

#define ROW(row_name, text)                                                    \
	((struct row){                                                         \
		.name = #row_name,                                             \
		.unit = INSTRUCTIONS,                                          \
		.number = "PAGES",                                             \
		.usual = PAGES,                                                \
		.ops = PER_N,                                                  \
		.what = (text),                                                \
		.window = row_name##_window,                                   \
	})

const struct row fault_rows[] = {
	ROW(fault_copy, "a write that copies a shared page"),
	ROW(fault_last_owner, "a write to a page shared no more"),
	ROW(fault_fresh, "a new page of the heap, and the write to it"),
	{ .name = "heap_grow",
	  .unit = INSTRUCTIONS,
	  .number = "PAGES",
	  .usual = PAGES,
	  .ops = 1,
	  .what = "sbrk() of new pages, without touching them",
	  .window = heap_grow_window },
	ROW(fault_zero, "a read of a page that nobody has touched"),
	ROW(fault_zero_write, "a write to a page that was only read"),
	ROW(free_page, "a page of the heap given back, its frame free"),
	{ .name = NULL },
};
