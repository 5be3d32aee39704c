/* kernel/mm/pool.h: small objects of one size, packed into frames.
 *
 * A frame is freed together with its last object, so that a pool holds no more
 * frames than it needs. */
#pragma once

#include "lib/list.h"
#include "lib/spinlock.h"

struct pool {
	struct spinlock lock;
	const char *name;
	uint32 object_size;  /* [init] bytes, a multiple of 8 */
	struct list partial; /* [lock] slabs with free objects */
};

/* A pool of objects of `size` bytes each, at most 2 KiB. */
#define POOL(pool_name, size, label)                                           \
	((struct pool){                                                        \
		.lock.name = (label),                                          \
		.name = (label),                                               \
		.object_size = ROUND_UP((size), 8),                            \
		.partial.next = &(pool_name).partial,                          \
		.partial.prev = &(pool_name).partial,                          \
	})

/* Allocate an object with undefined contents; NULL if memory is exhausted. */
void *pool_alloc(struct pool *pool) EXCLUDES(pool->lock);

/* The same, but zeroed. */
void *pool_zalloc(struct pool *pool) EXCLUDES(pool->lock);
void pool_free(struct pool *pool, void *object) EXCLUDES(pool->lock);
