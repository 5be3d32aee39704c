/* kernel/mm/source.c: where the pages of a region come from. */
#include "mm/source.h"

#include "lib/spinlock.h"

static struct {
	struct spinlock lock;
	struct page_source *unused; /* [lock] without references */
} sources = { .lock = SPINLOCK("sources") };

void source_put(struct page_source *source)
{
	if (__atomic_fetch_sub(&source->refs, 1, __ATOMIC_ACQ_REL) > 1)
		return;
	spin_acquire(&sources.lock);
	source->next = sources.unused;
	sources.unused = source;
	spin_release(&sources.lock);
}

static struct page_source *take_unused(void)
{
	spin_acquire(&sources.lock);
	struct page_source *source = sources.unused;

	if (source != NULL)
		sources.unused = source->next;
	spin_release(&sources.lock);
	return source;
}

void sources_reap(void)
{
	struct page_source *source;

	while (__atomic_load_n(&sources.unused, __ATOMIC_RELAXED) != NULL &&
	       (source = take_unused()) != NULL)
		source->free(source);
}
