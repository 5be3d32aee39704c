/* kernel/mm/frame.h: physical memory, handed out a page at a time. */
#pragma once

#include "mm/sv39.h"

/* The number of owners of each frame, by physical page number. The array
 * follows the kernel's image (boot/kernel.ld), because a pointer to it would
 * have to be loaded for each page of a fork. */
extern uint32 frame_counts[];

static inline uint32 *frame_count(const void *frame)
{
	return &frame_counts[virt_to_phys(frame) >> PGSHIFT];
}

/* A frame of zeros, which a program maps where it has only read so far.
 *
 * Z1: it is never written or freed, and its count stays 0.
 *
 * It is one of the kernel's constants, so nobody can write to it by mistake. As
 * it is not counted, harts that map it do not compete for its count. */
extern const uint8 zero_frame[PGSIZE];

/* Whether an entry leads to a counted frame, one from kalloc(), and not to the
 * zero frame or, if it is 0, nowhere. All counted frames are above the kernel's
 * image, in which the zero frame is, so this takes one comparison. */
static inline bool pte_is_counted(pte_t pte)
{
	return pte >= pte_make(zero_frame + PGSIZE, 0);
}

/* [init] Make the memory from `start` to `end`, addresses in the direct map,
 * available to kalloc(). */
void frame_init(void *start, void *end);

/* Return a frame whose only owner is the caller, or NULL if none is free. The
 * contents are undefined; kzalloc() clears them. */
void *kalloc(void);
void *kzalloc(void);

/* Free a frame from kalloc(). The caller must be its only owner. */
void kfree(void *frame);

/* The block cache adds this to the count of a frame that it owns. The rest of
 * the count is the number of pages that map the frame. */
#define FRAME_CACHED (1U << 31)

/* Make the block cache the owner of a frame in place of the caller, which is
 * its only owner. */
static inline void frame_cache(const void *frame)
{
	*frame_count(frame) = FRAME_CACHED;
}

/* Add an owner. The caller must be one itself. */
static inline void frame_get(const void *frame)
{
	__atomic_fetch_add(frame_count(frame), 1, __ATOMIC_RELAXED);
}

/* Return the number of owners: user page-table entries that map the frame, and
 * holders in the kernel, of which the block cache counts FRAME_CACHED. If an
 * owner gets 1, it is the only one and stays so until it adds another; it also
 * sees all that former owners did to the frame. */
static inline uint32 frame_owners(const void *frame)
{
	return __atomic_load_n(frame_count(frame), __ATOMIC_ACQUIRE);
}

/* Return the number of owners besides the block cache; if a program maps the
 * frame, these are the page-table entries that map it. */
static inline uint32 frame_mappings(const void *frame)
{
	return frame_owners(frame) & ~FRAME_CACHED;
}

/* The rare part of frame_put(). `owners` is the count before the decrement: 1,
 * or 0 if somebody dropped an owner too many. */
void frame_last_put(void *frame, uint64 owners);

/* Drop an owner; the last one frees the frame. All that the owners did to the
 * frame happens before its next use, whichever of them is the last.
 *
 * gcc before 14 puts a fence before the builtin for this instruction, which
 * costs one more instruction for each page. */
static inline void frame_put(void *frame)
{
	uint64 owners;

	__asm__ volatile("amoadd.w.rl %0, %2, %1"
			 : "=r"(owners), "+A"(*frame_count(frame))
			 : "r"(-1)
			 : "memory");
	if (unlikely(owners <= 1))
		frame_last_put(frame, owners);
}

/* Drop the block cache as an owner of the frame, likewise. */
void frame_uncache(void *frame);

/* The number of frames that kalloc() manages, and how many of them are free.
 * The latter is exact only while no hart allocates. */
uint64 frames_total(void);
uint64 frames_free(void);

/* The number of frames that several pages map. Takes time proportional to the
 * number of frames ever used. */
uint64 frames_shared(void);

/* Whether kalloc() has ever handed out a frame at this address. */
bool frame_exists(const void *frame);

/* Check F1 for all frames, while no other hart runs: NULL, or what is wrong.
 * Part of audit() (debug/audit.h). */
const char *frames_audit(void);

/* Make the n-th kalloc() from now, on any hart, fail once; 0 cancels that. For
 * tests of exhausted memory. */
void frame_fail_nth(uint64 n);
