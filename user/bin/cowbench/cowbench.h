/* user/bin/cowbench/cowbench.h: what cowbench can measure, and how. */
#pragma once

#include "calf.h"
#include "counters.h"

/* One thing to measure. `:N` behind a name gives another number than the usual
 * one, where `number` says what it is a number of. */
struct row {
	const char *name;
	const char *unit;
	const char *what;
	const char *number; /* NULL: takes none */
	long usual;         /* the number without `:N` */
	long ops; /* operations measured at once; PER_N: that number */
	/* One of these two. */
	uint64 (*window)(long n); /* done a few times; the least counts */
	uint64 (*figure)(long n); /* done once */
};

#define PER_N 0
#define INSTRUCTIONS "instructions"

/* Each ends with a name of NULL. */
extern const struct row process_rows[];
extern const struct row fault_rows[];
extern const struct row memory_rows[];
extern const struct row file_rows[];
extern const struct row parallel_rows[];

/* ---- meter.c: counting ---- */

/* Before all else: find out what counting itself costs. */
void meter_init(void);

/* A window begins and ends with these; it ends with what it has cost, without
 * the cost of the two themselves. `make bench PROFILE=` looks for the names
 * meter_start and meter_take, and traces what is done in between. */
void meter_start(void);
uint64 meter_take(uint64 now);

/* Inline, so that the window ends before a call writes to the stack: right
 * after a fork, that is a page to copy. */
static inline uint64 meter_stop(void)
{
	return meter_take(rdcycle());
}

/* The least of several tries: what disturbs only adds. */
uint64 least(uint64 (*window)(long n), long n);

/* ---- people.c: parents and children ---- */

/* fork(), or the end of the program with a message. */
int must_fork(void);

/* The heap gets that many pages, each written to. */
void pages_make(long npages);
void pages_write(long npages, long step); /* one of `step` */
void pages_free(long npages);

/* Children that sleep until they are dismissed. */
struct sleepers {
	int hold[2]; /* they read from it, and it stays empty */
	long count;
};
void sleepers_init(struct sleepers *sleepers);
void sleepers_add(struct sleepers *sleepers); /* returns when it sleeps */
void sleepers_dismiss(struct sleepers *sleepers);

void must_pipe(int fds[2]);
