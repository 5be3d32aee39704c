/* kernel/mm/source.h: where the pages of a region come from, if they are not
 * zeros at first.
 *
 * Each mmap() of a file makes one source, which belongs to all regions that are
 * left of the mapping, in all processes that have inherited it. */
#pragma once

#include "lib/types.h"

struct uvm;

/* What a program does with a page. */
enum access { ACCESS_LOAD, ACCESS_STORE, ACCESS_EXEC };

struct page_source {
	uint32 refs;    /* atomic */
	uint64 start;   /* [init] the address of the mapping... */
	uint64 offset;  /* [init] ... and where it begins in the file */
	bool is_shared; /* [init] stores are for all processes (mm/shared.h) */
	const void *file; /* [init] whose pages these are; NULL: its own */
	bool may_store;   /* [init] if it is shared: whether it allows stores */
	struct page_source *next; /* without references: in a list */

	/* Map the page at va, page-aligned and in a region of this source, so
	 * that a fault of this kind gets on. Returns 0; -EFAULT beyond the end
	 * of the file; -EIO, -ENOMEM or -EINTR. May sleep. */
	int (*fetch)(struct page_source *source, struct uvm *uvm, uint64 va,
		     enum access access);
	void (*free)(struct page_source *source); /* may sleep */
};

/* Where in the file the page at va begins. */
static inline uint64 source_offset(const struct page_source *source, uint64 va)
{
	return source->offset + va - source->start;
}

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
