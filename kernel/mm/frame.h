/* kernel/mm/frame.h: physical memory, a page at a time. */
#pragma once

#include "mm/sv39.h"

/* How many own each frame, by physical page number: the page tables that map it
 * and the holders in the kernel. Only frame.c and the functions below touch it.
 * Its place is behind the kernel's image (boot/kernel.ld), and not behind a
 * pointer, which would be loaded for each page of a fork. */
extern uint32 frame_counts[];

static inline uint32 *frame_count(const void *frame)
{
	return &frame_counts[virt_to_phys(frame) >> PGSHIFT];
}

/* [init] All memory from `start` to `end`, addresses in the direct map, can be
 * handed out from now on. */
void frame_init(void *start, void *end);

/* A frame that its caller alone owns, contents unknown; NULL when none is
 * free. kzalloc() clears it. */
void *kalloc(void);
void *kzalloc(void);

/* Give back a frame that kalloc() gave and that nobody else owns. */
void kfree(void *frame);

/* One owner more; the caller is one already. */
static inline void frame_get(const void *frame)
{
	__atomic_fetch_add(frame_count(frame), 1, __ATOMIC_RELAXED);
}

/* How many own it. 1, asked by an owner, stays 1 until that owner changes it.
 * What former owners did to the frame has happened. */
static inline uint32 frame_owners(const void *frame)
{
	return __atomic_load_n(frame_count(frame), __ATOMIC_ACQUIRE);
}

/* For frame_put(): there were `owners`, one or wrongly none, before the last
 * one went. */
void frame_last_put(void *frame, uint32 owners);

/* Who gives up many frames may fence once: frame_put_fence(), and from then on
 * frame_put_fenced() for each frame. */
static inline void frame_put_fence(void)
{
	__atomic_thread_fence(__ATOMIC_RELEASE);
}

static inline void frame_put_fenced(void *frame)
{
	uint32 owners =
		__atomic_fetch_sub(frame_count(frame), 1, __ATOMIC_RELAXED);

	if (unlikely(owners <= 1))
		frame_last_put(frame, owners);
}

/* One owner less; the last one's frame becomes free. Whatever the owners did to
 * it comes before what the next one does, whichever of them is the last. */
static inline void frame_put(void *frame)
{
	frame_put_fence();
	frame_put_fenced(frame);
}

/* Frames that can be handed out in all, and of these the free ones (exact when
 * no hart allocates). */
uint64 frames_total(void);
uint64 frames_free(void);

/* Frames that have more than one owner. Looks at each frame that was ever
 * used. */
uint64 frames_shared(void);

/* Whether that is the address of a frame that kalloc() has handed out once. */
bool frame_exists(const void *frame);

/* Go through the free frames: NULL, or an invariant that does not hold. No
 * other hart runs meanwhile. */
const char *frames_recount(void);

/* Let the n-th next kalloc() on any hart fail, once; 0: none. For tests of what
 * happens when memory is out. */
void frame_fail_nth(uint64 n);
