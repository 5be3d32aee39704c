/* kernel/mm/shared.h: pages that processes share.
 *
 * A region is shared if its source is. Its pages are frames of the source, so
 * what one process stores the others see. There is nothing to copy: an entry is
 * writable or sealed and never marked copy-on-write, and fork leaves it alone;
 * the child fetches the page from the source. */
#pragma once

#include "mm/uvm.h"

/* Return in *out `bytes` bytes of zeros for processes to share, with a
 * reference for the caller. They are promised here, once for all processes.
 * -ENOMEM, also if the policy does not allow that much (mm/promise.h). */
int shared_zeros(uint64 bytes, struct page_source **out);

/* Map a frame of the source at va, page-aligned, with the rights of the region,
 * but for stores only if `stores` is set. The page becomes one more owner.
 * Returns 0 or -ENOMEM. */
int shared_map(struct uvm *uvm, uint64 va, const void *frame, bool stores)
	EXCLUDES(uvm->lock);

/* Take the pages for the bytes [start, end) of the file, page-aligned, from all
 * processes that share them; what touches them fetches them again. `fence` has
 * to fence user space on all harts. The caller sees to it that nobody fetches
 * one of these pages meanwhile. */
void shared_unmap(const void *file, uint64 start, uint64 end,
		  void (*fence)(void));

/* End all stores to files that processes share: the next one to each page
 * faults. The caller sees to it that nobody fetches a page meanwhile. */
void shared_clean(void (*fence)(void));

/* The size of all these, while no other hart runs. For the audit. */
uint64 shared_zeros_bytes(void);

/* Call `visit` for each frame that they own, likewise. */
void shared_each_frame(void (*visit)(const void *frame));
