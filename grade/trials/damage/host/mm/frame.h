/* grade/trials/damage/host/mm/frame.h: takes the place of kernel/mm/frame.h.
 * There are no programs here, so each frame has one owner. */
#pragma once

#include "mm/sv39.h"

void *kalloc(void);
void kfree(void *frame);
uint64 frames_total(void);

static inline void frame_get(const void *frame)
{
	(void)frame;
}

static inline void frame_put(void *frame)
{
	kfree(frame);
}

static inline uint32 frame_owners(const void *frame)
{
	return frame != NULL;
}
