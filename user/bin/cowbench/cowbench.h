/* user/bin/cowbench/cowbench.h: the rows that cowbench measures, and how. */
#pragma once

#include "calf.h"
#include "counters.h"

/* One thing to measure. `:N` after the name replaces the usual number; `number`
 * says what the number counts. */
struct row {
	const char *name;
	const char *unit;
	const char *what;
	const char *number; /* NULL: the row takes no number */
	long usual;         /* the number without `:N` */
	long ops;           /* operations in one window; PER_N: the number */
	/* Exactly one of these two is set. */
	uint64 (*window)(long n); /* run a few times; the minimum counts */
	uint64 (*figure)(long n); /* run once */
};

#define PER_N 0
#define INSTRUCTIONS "instructions"

/* Each ends with a name of NULL. */
extern const struct row process_rows[];
extern const struct row fault_rows[];
extern const struct row memory_rows[];
extern const struct row file_rows[];
extern const struct row parallel_rows[];

/* ---- meter.c: count instructions ---- */

/* Call this first: it measures the cost of counting itself. */
void meter_init(void);

/* Start and end of a window. meter_stop() returns the cost of the window,
 * without the cost of these two functions. `make bench PROFILE=` looks for the
 * names meter_start and meter_take, and traces what is executed between
 * them. */
void meter_start(void);
uint64 meter_take(uint64 now);

/* Inline, so that the window ends before a call writes to the stack. Right
 * after a fork that would copy a page. */
static inline uint64 meter_stop(void)
{
	return meter_take(rdcycle());
}

/* The minimum of several runs, since disturbances only add to the cost. */
uint64 least(uint64 (*window)(long n), long n);

/* ---- people.c: parents and children ---- */

/* fork(), or exit with a message. */
int must_fork(void);

/* Add that many pages to the heap. pages_make() also writes to each. */
void pages_ask(long npages);
void pages_make(long npages);
void pages_read(long npages);
void pages_write(long npages, long step); /* to every step-th page */
void pages_free(long npages);

/* Children that sleep until they are dismissed. */
struct sleepers {
	int hold[2]; /* the children read from this pipe, which stays empty */
	long count;
};
void sleepers_init(struct sleepers *sleepers);
void sleepers_add(
	struct sleepers *sleepers); /* returns when the child sleeps */
void sleepers_dismiss(struct sleepers *sleepers);

void must_pipe(int fds[2]);
