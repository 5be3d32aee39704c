/* grade/machine/strict/history.c: goes to any moment of a run (history.h). */
#include "history.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#define SNAPSHOT_STEPS 20000000UL /* between two snapshots, at first */

enum search { FIND_STOP, FIND_STEP };

bool history_look(struct hart *h, uint64_t va, uint64_t *pa)
{
	struct leaf leaf;

	*pa = va;
	if (h->satp >> 60 == 8 && h->mode != MODE_M) {
		walk(h, va, NULL, true, &leaf);
		if (!leaf.is_valid)
			return false;
		*pa = pte_target(leaf.entry.pte, leaf.entry.level, va);
	}
	return in_ram(h->m, *pa, 1);
}

/* ---- breakpoints and watchpoints ---- */

static uint64_t watched(const struct machine *m, const struct stop *stop)
{
	return ram_load(m, stop->pa, (unsigned)stop->bytes);
}

bool history_stop(struct history *history, struct hart *h,
		  const struct stop *stop, bool insert)
{
	uint32_t n = 0;

	while (n < history->nstops &&
	       (history->stop[n].va != stop->va ||
		history->stop[n].is_watch != stop->is_watch))
		n++;
	if (!insert) {
		if (n < history->nstops)
			history->stop[n] = history->stop[--history->nstops];
		return true;
	}
	if (n == STOPS_MAX)
		return false;

	struct stop *added = &history->stop[n];

	*added = *stop;
	if (stop->is_watch &&
	    (stop->bytes > 8 || !history_look(h, stop->va, &added->pa) ||
	     !in_ram(h->m, added->pa, stop->bytes)))
		return false;
	if (n == history->nstops)
		history->nstops++;
	return true;
}

/* Before a step, read the values that watchpoints compare with. */
static void begin_watch(struct history *history)
{
	for (uint32_t n = 0; n < history->nstops; n++)
		if (history->stop[n].is_watch)
			history->stop[n].last =
				watched(history->front->m, &history->stop[n]);
}

/* True if the machine is at a breakpoint, or has just changed watched
 * memory. */
static bool is_stop(struct history *history)
{
	const struct machine *m = history->front->m;

	for (uint32_t n = 0; n < history->nstops; n++) {
		const struct stop *stop = &history->stop[n];

		if (stop->is_watch ? watched(m, stop) == stop->last
				   : m->turn->pc != stop->va)
			continue;
		history->hit = stop->is_watch ? stop->va : 0;
		return true;
	}
	return false;
}

/* ---- forwards ---- */

static void take_snapshot(struct history *history);

/* Execute one instruction. Returns false at the end of the run. */
static bool step(struct history *history)
{
	struct machine *m = history->front->m;

	if (m->steps >= history->next_snapshot)
		take_snapshot(history);
	begin_watch(history);
	machine_run(m, m->steps + 1);
	return machine_ready(m) && m->steps < history->front->options.limit;
}

enum moment history_step(struct history *history, uint32_t hart)
{
	struct machine *m = history->front->m;
	bool is_there = m->turn != NULL && m->turn->id == hart;

	/* A hart that waits does not run. Then any step will do. */
	while (!is_there && !m->hart[hart].waiting && step(history))
		is_there = m->turn->id == hart;
	return step(history) ? IN_BETWEEN : AT_END;
}

static enum moment at_end(struct history *history)
{
	fflush(stdout);
	fprintf(stderr, "strict: end of the run: step %lu\n",
		history->front->m->steps);
	tell_stories(history->front->m);
	return AT_END;
}

enum moment history_continue(struct history *history)
{
	struct machine *m = history->front->m;
	uint64_t limit = history->front->options.limit;

	if (history->nstops == 0) {
		while (machine_ready(m) && m->steps < limit) {
			if (m->steps >= history->next_snapshot)
				take_snapshot(history);
			machine_run(m, history->next_snapshot < limit
					       ? history->next_snapshot
					       : limit);
		}
		return at_end(history);
	}
	while (step(history))
		if (is_stop(history))
			return IN_BETWEEN;
	return at_end(history);
}

/* ---- backwards ---- */

static bool is_found(struct history *history)
{
	const struct wish *wish = history->wish;

	if (wish->what == FIND_STEP)
		return history->front->m->turn->id == wish->thread;
	return is_stop(history);
}

/* Run from a snapshot. Returns the last step before wish->before at which the
 * search succeeds, or NEVER. */
static uint64_t last_found(struct history *history)
{
	struct machine *m = history->front->m;
	uint64_t found = NEVER;

	if (!machine_ready(m))
		return NEVER;
	begin_watch(history);
	while (m->steps < history->wish->before) {
		if (is_found(history))
			found = m->steps;
		begin_watch(history);
		machine_run(m, m->steps + 1);
		if (!machine_ready(m))
			break;
	}
	return found;
}

static void run_to(struct history *history, uint64_t target)
{
	struct machine *m = history->front->m;

	while (m->steps + 1 < target && machine_ready(m))
		machine_run(m, target - 1);
	begin_watch(history);
	machine_run(m, target);
	if (machine_ready(m))
		is_stop(history);
}

/* Let snapshot n take over. This process and all later snapshots exit. */
static void wake(struct history *history, uint32_t n)
{
	fflush(stdout);
	while (history->nsnapshots > n + 1)
		kill(history->snapshot[--history->nsnapshots].pid, SIGKILL);
	history->wish->active = 0;
	if (history->front->printed > history->wish->printed)
		history->wish->printed = history->front->printed;
	if (write(history->snapshot[n].wake, "w", 1) != 1)
		fail("a snapshot has died");
	_exit(0);
}

/* Called in a process that a snapshot has just forked. If the search finds
 * nothing between this snapshot and the next one, an earlier one searches. */
static void take_over(struct history *history)
{
	struct wish *wish = history->wish;
	uint32_t self = history->nsnapshots - 1;

	wish->active = getpid();
	history->front->muted = wish->printed;
	memcpy(history->stop, wish->stop, sizeof(wish->stop));
	history->nstops = wish->nstops;
	if (wish->target != NEVER) {
		run_to(history, wish->target);
		history->arrived(history,
				 wish->target == 0 ? AT_BEGIN : IN_BETWEEN);
	}
	wish->target = last_found(history);
	if (wish->target == NEVER && self == 0) {
		wish->target = 0;
	} else if (wish->target == NEVER) {
		wish->before = history->snapshot[self].steps + 1;
		self--;
	}
	wake(history, self);
}

/* Sleep until a process wants to return to this moment, or until all other
 * processes have exited. */
static void sleep_as_snapshot(struct history *history, int wake_fd)
{
	struct pollfd fd = { .fd = wake_fd, .events = POLLIN };
	struct wish *wish = history->wish;
	char byte;

	for (;;) {
		if (poll(&fd, 1, 500) <= 0) {
			if (wish->active != 0 && kill(wish->active, 0) != 0)
				_exit(0);
		} else if (read(wake_fd, &byte, 1) == 1 && fork() == 0) {
			take_over(history);
		}
	}
}

/* This process becomes a snapshot, and its child goes on. */
static void take_snapshot(struct history *history)
{
	struct machine *m = history->front->m;
	int ends[2];

	history->next_snapshot = m->steps + SNAPSHOT_STEPS + m->steps / 16;
	if (history->nsnapshots == SNAPSHOTS_MAX)
		return;
	if (pipe(ends) != 0)
		fail("cannot make a pipe for a snapshot");
	fflush(stdout);
	history->snapshot[history->nsnapshots++] =
		(struct snapshot){ m->steps, ends[1], getpid() };
	history->wish->active = 0;

	pid_t child = fork();

	if (child < 0)
		fail("cannot fork a snapshot");
	if (child != 0)
		sleep_as_snapshot(history, ends[0]);
	history->wish->active = getpid();
}

void history_begin(struct history *history)
{
	history->wish =
		mmap(NULL, sizeof(*history->wish), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (history->wish == MAP_FAILED)
		fail("cannot get shared memory");
	signal(SIGCHLD, SIG_IGN);
	machine_ready(history->front->m);
	take_snapshot(history);
}

static void go_back(struct history *history, enum search what, uint32_t hart)
{
	struct machine *m = history->front->m;
	struct wish *wish = history->wish;
	uint32_t n = history->nsnapshots;

	while (n > 1 && history->snapshot[n - 1].steps >= m->steps)
		n--;
	wish->target = NEVER;
	wish->what = what;
	wish->thread = hart;
	wish->before = m->steps;
	wish->nstops = history->nstops;
	memcpy(history->wish->stop, history->stop, sizeof(history->stop));
	wake(history, n - 1);
}

void history_continue_back(struct history *history)
{
	go_back(history, FIND_STOP, 0);
}

void history_step_back(struct history *history, uint32_t hart)
{
	go_back(history, FIND_STEP, hart);
}
