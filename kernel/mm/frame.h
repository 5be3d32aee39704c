/* kernel/mm/frame.h: physical memory, a page at a time. */
#pragma once

#include "lib/types.h"

/* [init] All memory from `start` to `end`, addresses in the direct map, can be
 * handed out from now on. */
void frame_init(void *start, void *end);

/* A frame that its caller alone owns, contents unknown; NULL when none is
 * free. kzalloc() clears it. */
void *kalloc(void);
void *kzalloc(void);

/* Give back a frame that kalloc() gave. */
void kfree(void *frame);

/* Frames that can be handed out in all, and of these the free ones (exact when
 * no hart allocates). */
uint64 frames_total(void);
uint64 frames_free(void);

/* Let the n-th next kalloc() on any hart fail, once; 0: none. For tests of what
 * happens when memory is out. */
void frame_fail_nth(uint64 n);
