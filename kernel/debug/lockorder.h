/* kernel/debug/lockorder.h: DEBUG: check the order in which locks are taken.
 *
 * Locks with the same name are of one kind. Taking a lock of kind B while
 * holding one of kind A shows that A comes before B. If B also comes before A,
 * directly or through other kinds, there may be a deadlock some day. The kernel
 * then panics and reports where each lock was taken, even if nobody had to
 * wait.
 *
 * In other builds all of this is empty. */
#pragma once

#include "lib/types.h"

#ifdef DEBUG
/* Where a lock was taken. */
struct lock_site {
	uint64 pc;
	uint64 caller; /* where that function was called; 0: unknown */
};

/* Embedded in each lock. Zero before the first use. */
struct lock_note {
	struct lock_note *next; /* [holder] the lock that it took before */
	struct lock_site site;  /* [holder] */
	uint32 kind;            /* 0 before the first use, then constant */
	uint32 rank;            /* [init] among the sleep locks of its kind */
};

/* The locks that a hart or a process holds. */
struct lock_list {
	struct lock_note *first; /* [self] */
};

/* The place where this is inlined. */
static inline __attribute__((always_inline)) struct lock_site
lock_site_here(void)
{
	struct lock_site site = { .caller =
					  (uint64)__builtin_return_address(0) };

	__asm__ volatile("auipc %0, 0" : "=r"(site.pc));
	return site;
}

/* The place where the calling function was called. Frame pointers make that
 * possible, as for the backtrace of panic(). */
static inline __attribute__((always_inline)) struct lock_site
lock_site_of_caller(void)
{
	const uint64 *fp = __builtin_frame_address(0);
	const uint64 *caller = (const uint64 *)fp[-2];

	return (struct lock_site){ .pc = (uint64)__builtin_return_address(0),
				   .caller = caller > fp ? caller[-1] : 0 };
}

/* Set the rank of a sleep lock. A process takes locks of one kind by ascending
 * rank. The default is 0: with that, it may hold only one lock of a kind. */
static inline void lock_set_rank(struct lock_note *note, uint32 rank)
{
	note->rank = rank;
}

/* To call before waiting for a lock while holding the locks `held`. Panics if
 * that is the wrong order. `sleeps` is for sleep locks, which have an order of
 * their own. */
void lock_wanted(const struct lock_list *held, struct lock_note *note,
		 const char *name, bool sleeps, struct lock_site site);

/* To call after acquiring the lock... */
void lock_taken(struct lock_list *held, struct lock_note *note,
		struct lock_site site);

/* ... and before releasing it. */
void lock_dropped(struct lock_list *held, const struct lock_note *note);

/* Whether this is the only lock in `held`. */
bool lock_is_only(const struct lock_list *held, const struct lock_note *note);

static inline bool lock_is_none(const struct lock_list *held)
{
	return held->first == NULL;
}

#else
struct lock_site {
};

struct lock_note {
};

struct lock_list {
};

#define lock_set_rank(note, rank) ((void)0)
#define lock_site_here() ((struct lock_site){})
#define lock_site_of_caller() ((struct lock_site){})
#define lock_wanted(held, note, name, sleeps, site) ((void)0)
#define lock_taken(held, note, site) ((void)0)
#define lock_dropped(held, note) ((void)0)
#endif
