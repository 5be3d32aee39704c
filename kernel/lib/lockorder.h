/* kernel/lib/lockorder.h: DEBUG: in which order locks are taken.
 *
 * Locks of one name are of one kind. Who takes a lock of kind B with one of
 * kind A in hand shows that A comes before B. If B comes before A as well,
 * directly or by way of other kinds, two may one day wait for each other for
 * ever: the kernel panics, and says where each was taken, though nobody has
 * waited yet.
 *
 * In other builds all of this is empty. */
#pragma once

#include "lib/types.h"

#ifdef DEBUG
/* Where a lock was taken. */
struct lock_site {
	uint64 pc;
	uint64 caller; /* where that function was called; 0: nobody knows */
};

/* Part of each lock; zero before its first use. */
struct lock_note {
	struct lock_note *next; /* [holder] another one that it has */
	struct lock_site site;  /* [holder] */
	uint32 kind;            /* 0: not known so far; then always the same */
	uint32 rank;            /* [init] of sleep locks of one kind */
};

/* The locks that a hart or a process has. */
struct lock_list {
	struct lock_note *first; /* [self] */
};

/* Here, when it is inlined. */
static inline __attribute__((always_inline)) struct lock_site
lock_site_here(void)
{
	struct lock_site site = { .caller =
					  (uint64)__builtin_return_address(0) };

	__asm__ volatile("auipc %0, 0" : "=r"(site.pc));
	return site;
}

/* In the function that called this one. Both have frames, as panic() says. */
static inline __attribute__((always_inline)) struct lock_site
lock_site_of_caller(void)
{
	const uint64 *fp = __builtin_frame_address(0);
	const uint64 *caller = (const uint64 *)fp[-2];

	return (struct lock_site){ .pc = (uint64)__builtin_return_address(0),
				   .caller = caller > fp ? caller[-1] : 0 };
}

/* Set the rank of a lock that may be held across a sleep: locks of one kind are
 * taken by ascending rank. Without a call it is 0, and a process may hold only
 * one lock of that kind at a time. */
static inline void lock_set_rank(struct lock_note *note, uint32 rank)
{
	note->rank = rank;
}

/* Who has `held` is going to wait for the lock: panics when that is the wrong
 * way round. Locks that may be held across a sleep have an order of their
 * own. */
void lock_wanted(const struct lock_list *held, struct lock_note *note,
		 const char *name, bool sleeps, struct lock_site site);

/* It has the lock now... */
void lock_taken(struct lock_list *held, struct lock_note *note,
		struct lock_site site);

/* ... and is going to give it back. */
void lock_dropped(struct lock_list *held, const struct lock_note *note);

/* Whether it has no other. */
bool lock_is_only(const struct lock_list *held, const struct lock_note *note);

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
