/* grade/machine/strict/history.h: goes to any moment of a run.
 *
 * A snapshot is a fork() of the whole process, which then sleeps. To go back,
 * the last snapshot before the moment forks again, and the child replaces the
 * process that asked. It runs on to the moment, and because a run is the same
 * each time, it arrives in the same state. */
#pragma once

#include "front.h"

#define STOPS_MAX 32
#define SNAPSHOTS_MAX 64

enum moment { IN_BETWEEN, AT_BEGIN, AT_END };

/* A breakpoint, or a watchpoint on stores. */
struct stop {
	uint64_t va, bytes;
	uint64_t pa;   /* watchpoint: the address */
	uint64_t last; /* watchpoint: the value before the step */
	bool is_watch;
};

struct snapshot {
	uint64_t steps;
	int wake; /* a pipe; a byte makes the snapshot take over */
	int pid;
};

/* What a process that exits tells the one that takes over. All of them share
 * this memory. */
struct wish {
	int active; /* the process that is not a snapshot; 0: none yet */
	uint64_t target, printed;
	struct stop stop[STOPS_MAX];
	uint32_t nstops;
	uint32_t what;   /* enum search */
	uint32_t thread; /* the hart that steps back */
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
	uint64_t hit; /* address of the last watchpoint hit; 0: none */
	/* Called in the process that takes over; does not return. */
	void (*arrived)(struct history *history, enum moment moment);
};

void history_begin(struct history *history);
bool history_stop(struct history *history, struct hart *h,
		  const struct stop *stop, bool insert);
enum moment history_continue(struct history *history);
enum moment history_step(struct history *history, uint32_t hart);

/* These do not return. Another process takes over. */
void history_continue_back(struct history *history);
void history_step_back(struct history *history, uint32_t hart);

/* The physical address in RAM of an address of the hart. Changes nothing. */
bool history_look(struct hart *h, uint64_t va, uint64_t *pa);
