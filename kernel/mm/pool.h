/* kernel/mm/pool.h: small objects of one size, packed into frames.
 *
 * A frame whose last object goes back is given back at once, so that a pool
 * holds no more memory than it needs. */
#pragma once

#include "lib/list.h"
#include "lib/spinlock.h"

struct pool {
	struct spinlock lock;
	const char *name;
	uint32 object_size;  /* [init] bytes, a multiple of 8 */
	struct list partial; /* [lock] slabs with a free object */
};

/* Objects of `size` bytes each, at most 2 KiB. */
#define POOL(pool_name, size, label)                                           \
	((struct pool){                                                        \
		.lock.name = (label),                                          \
		.name = (label),                                               \
		.object_size = ROUND_UP((size), 8),                            \
		.partial.next = &(pool_name).partial,                          \
		.partial.prev = &(pool_name).partial,                          \
	})

/* An object, contents unknown; NULL when memory is short. */
void *pool_alloc(struct pool *pool) EXCLUDES(pool->lock);
/* The same, cleared. */
void *pool_zalloc(struct pool *pool) EXCLUDES(pool->lock);
void pool_free(struct pool *pool, void *object) EXCLUDES(pool->lock);
