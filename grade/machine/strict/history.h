/* grade/machine/strict/history.h: goes to any moment of a run.
 *
 * A snapshot is what this course is about: a fork() of the whole process, which
 * sleeps. To go back, the last snapshot before the moment forks once more, and
 * the child takes the place of the process that asked. It runs on to the
 * moment, and as a run is the same each time, it arrives in the same state. */
#pragma once

#include "front.h"

#define STOPS_MAX 32
#define SNAPSHOTS_MAX 64

enum moment { IN_BETWEEN, AT_BEGIN, AT_END };

/* A breakpoint, or a watchpoint on stores. */
struct stop {
	uint64_t va, bytes;
	uint64_t pa;   /* watchpoint: of the memory that is watched */
	uint64_t last; /* watchpoint: what it held */
	bool is_watch;
};

struct snapshot {
	uint64_t steps;
	int wake; /* a pipe: a byte makes it take over */
	int pid;
};

/* What a process that ends wants the one that takes over to know. It is in
 * memory that all of them share. */
struct wish {
	int active; /* the process that is not a snapshot; 0: yet to come */
	uint64_t target, printed;
	struct stop stop[STOPS_MAX];
	uint32_t nstops;
	uint32_t what;   /* enum search */
	uint32_t thread; /* hart that is to step back */
	uint64_t before; /* search for a moment before this step */
};

struct history {
	struct front *front;
	struct wish *wish;
	struct stop stop[STOPS_MAX];
	uint32_t nstops;
	struct snapshot snapshot[SNAPSHOTS_MAX];
	uint32_t nsnapshots;
	uint64_t next_snapshot;
	uint64_t hit; /* the watchpoint that was hit last; 0: none */
	/* Called in the process that takes over; does not return. */
	void (*arrived)(struct history *history, enum moment moment);
};

void history_begin(struct history *history);
bool history_stop(struct history *history, struct hart *h,
		  const struct stop *stop, bool insert);
enum moment history_continue(struct history *history);
enum moment history_step(struct history *history, uint32_t hart);

/* These do not return: another process arrives. */
void history_continue_back(struct history *history);
void history_step_back(struct history *history, uint32_t hart);

/* The RAM behind an address as the hart sees it; nothing changes. */
bool history_look(struct hart *h, uint64_t va, uint64_t *pa);
