/* kernel/mm/source.h: where the pages of a region come from, if they are not
 * zeros at first.
 *
 * Each mmap() of a file makes one source, which belongs to all regions that are
 * left of the mapping, in all processes that have inherited it. */
#pragma once

#include "lib/types.h"

struct page_source {
	uint32 refs;   /* atomic */
	uint64 start;  /* [init] the address of the mapping... */
	uint64 offset; /* [init] ... and where it begins in the file */
	struct page_source *next; /* without references: in a list */

	/* Return in *frame the page of the file at `offset`. The caller becomes
	 * an owner of the frame, and must not write to it. Returns 0; -EFAULT
	 * beyond the end of the file; -EIO, -ENOMEM or -EINTR. May sleep. */
	int (*page)(struct page_source *source, uint64 offset, void **frame);
	void (*free)(struct page_source *source); /* may sleep */
};

/* Add a reference. */
static inline void source_get(struct page_source *source)
{
	__atomic_fetch_add(&source->refs, 1, __ATOMIC_RELAXED);
}

/* Drop a reference. A source that has lost its last one is freed by the next
 * sources_reap(), so this never sleeps. */
void source_put(struct page_source *source);

/* Free all sources without references. May sleep, and take much stack. */
void sources_reap(void);
