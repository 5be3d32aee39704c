/* kernel/mm/pool.c: small objects of one size, packed into frames.
 *
 * A slab is a frame that contains this struct and then the objects. Objects
 * that were freed are on a list; those never used are handed out in order. */
#include "mm/pool.h"

#include "abi/limits.h"
#include "lib/panic.h"
#include "lib/string.h"
#include "mm/frame.h"

struct slab {
	struct list link;  /* [pool's lock] on its partial list, unless full */
	void *freed;       /* [pool's lock] list of freed objects */
	uint32 used;       /* [pool's lock] number of objects in use */
	uint32 never_used; /* [pool's lock] index of the first such object */
};

static uint32 objects_per_slab(const struct pool *pool)
{
	return (uint32)(PGSIZE - sizeof(struct slab)) / pool->object_size;
}

static struct slab *slab_create(void)
{
	struct slab *slab = kalloc();

	if (slab == NULL)
		return NULL;
	*slab = (struct slab){ 0 };
	list_init(&slab->link);
	return slab;
}

static void *slab_take_locked(struct pool *pool, struct slab *slab)
	REQUIRES(pool->lock)
{
	void *object = slab->freed;

	if (object != NULL)
		slab->freed = *(void **)object;
	else
		object = (char *)(slab + 1) +
			 slab->never_used++ * pool->object_size;
	if (++slab->used == objects_per_slab(pool))
		list_remove(&slab->link);
	return object;
}

void *pool_alloc(struct pool *pool)
{
	struct slab *slab;
	void *object = NULL;

	spin_acquire(&pool->lock);
	if (list_empty(&pool->partial)) {
		slab = slab_create();
		if (slab == NULL)
			goto out;
		list_push_front(&pool->partial, &slab->link);
	}
	slab = LIST_ENTRY(pool->partial.next, struct slab, link);
	object = slab_take_locked(pool, slab);
out:
	spin_release(&pool->lock);
	return object;
}

void *pool_zalloc(struct pool *pool)
{
	void *object = pool_alloc(pool);

	if (object != NULL)
		memset(object, 0, pool->object_size);
	return object;
}

void pool_free(struct pool *pool, void *object)
{
	struct slab *slab = (struct slab *)ROUND_DOWN((uint64)object, PGSIZE);

	spin_acquire(&pool->lock);
	ASSERT(slab->used > 0, "an object is freed only once");
	if (slab->used == objects_per_slab(pool))
		list_push_front(&pool->partial, &slab->link);
	*(void **)object = slab->freed;
	slab->freed = object;
	bool unused = --slab->used == 0;
	if (unused)
		list_remove(&slab->link);
	spin_release(&pool->lock);
	if (unused)
		kfree(slab);
}
