/* user/lib/malloc.c: the heap.
 *
 * The heap consists of rows of adjacent chunks. A chunk starts with its size,
 * whose low bits say whether the chunk and the one before it are in use. A free
 * chunk also ends with its size, so that its neighbours can find it: free()
 * merges a chunk with free chunks on both sides, so two free chunks are never
 * adjacent. A row ends with the "fence", a chunk of size 0 that counts as in
 * use.
 *
 * Free chunks are in bins by size, four bins for each power of two. malloc()
 * takes the first chunk that fits, starting with the smallest possible bin. */

#include "memory.h"

#include <stdbool.h>

#include "string.h"
#include "sys.h"

#define USED 1UL
#define BEFORE_USED 2UL
#define FLAGS (USED | BEFORE_USED)

#define ALIGN 16UL
#define HEAD sizeof(uint64)
#define CHUNK_MIN 32UL
#define SIZE_LIMIT (1UL << 38)
#define GROW_MIN (16 * PGSIZE)

#define STEPS 4   /* bins for each power of two */
#define NBINS 160 /* for sizes to 2^40 */

struct chunk {
	uint64 size_flags;
	struct chunk *next; /* this and the rest: only in a free chunk */
	struct chunk *prev;
};

static struct chunk *bins[NBINS];
static char *heap_end; /* end of the last row */

static uint64 chunk_size(const struct chunk *c)
{
	return c->size_flags & ~FLAGS;
}

static struct chunk *chunk_after(struct chunk *c)
{
	return (struct chunk *)((char *)c + chunk_size(c));
}

/* The copy of the size at the end of a free chunk. */
static uint64 *chunk_foot(struct chunk *c)
{
	return (uint64 *)((char *)c + chunk_size(c)) - 1;
}

/* Valid only if the chunk before c is free. */
static struct chunk *chunk_before(struct chunk *c)
{
	return (struct chunk *)((char *)c - ((uint64 *)c)[-1]);
}

static struct chunk *chunk_of(void *memory)
{
	return (struct chunk *)((char *)memory - HEAD);
}

static void *chunk_memory(struct chunk *c)
{
	return (char *)c + HEAD;
}

static uint bin_of(uint64 size)
{
	uint bin = 0;

	for (; size >= 2 * STEPS; size >>= 1)
		bin += STEPS;
	return bin + (uint)size;
}

static void bin_insert(struct chunk *c)
{
	uint bin = bin_of(chunk_size(c));

	c->prev = NULL;
	c->next = bins[bin];
	if (c->next != NULL)
		c->next->prev = c;
	bins[bin] = c;
}

static void bin_remove(struct chunk *c)
{
	uint bin = bin_of(chunk_size(c));

	if (c->next != NULL)
		c->next->prev = c->prev;
	if (c->prev != NULL)
		c->prev->next = c->next;
	else
		bins[bin] = c->next;
}

/* Find a free chunk of at least `size` bytes and leave it in its bin. In the
 * first bin some chunks may be too small. */
static struct chunk *chunk_find(uint64 size)
{
	uint bin = bin_of(size);

	for (struct chunk *c = bins[bin]; c != NULL; c = c->next) {
		if (chunk_size(c) >= size)
			return c;
	}
	while (++bin < NBINS) {
		if (bins[bin] != NULL)
			return bins[bin];
	}
	return NULL;
}

/* Turn the `size` bytes at c into a free chunk, merged with its neighbours. */
static struct chunk *chunk_release(struct chunk *c, uint64 size,
				   bool before_used)
{
	struct chunk *after = (struct chunk *)((char *)c + size);

	if (!before_used) {
		struct chunk *before = chunk_before(c);

		bin_remove(before);
		size += chunk_size(before);
		c = before;
	}
	if (!(after->size_flags & USED)) {
		bin_remove(after);
		size += chunk_size(after);
		after = chunk_after(after);
	}
	c->size_flags = size | BEFORE_USED;
	*chunk_foot(c) = size;
	after->size_flags &= ~BEFORE_USED;
	bin_insert(c);
	return c;
}

/* Shorten a chunk in use to `size` bytes, and free the rest if it is large
 * enough for a chunk. */
static void chunk_trim(struct chunk *c, uint64 size)
{
	uint64 rest = chunk_size(c) - size;

	if (rest < CHUNK_MIN)
		return;
	c->size_flags = size | (c->size_flags & FLAGS);
	chunk_release(chunk_after(c), rest, true);
}

/* Start a new row at `start`, the former end of the heap. It skips a few bytes
 * so that the memory after the head of each chunk is aligned. */
static struct chunk *row_begin(char *start, uint64 grow)
{
	uint64 skip = (HEAD - (uint64)start) % ALIGN;
	uint64 size = (grow - skip - HEAD) & ~(ALIGN - 1);
	struct chunk *c = (struct chunk *)(start + skip);
	struct chunk *fence = (struct chunk *)((char *)c + size);

	fence->size_flags = USED | BEFORE_USED;
	heap_end = (char *)fence + HEAD;
	return chunk_release(c, size, true);
}

/* Extend the last row: its fence becomes the head of a new chunk. */
static struct chunk *row_extend(uint64 grow)
{
	struct chunk *c = (struct chunk *)(heap_end - HEAD);
	bool before_used = c->size_flags & BEFORE_USED;
	struct chunk *fence = (struct chunk *)((char *)c + grow);

	fence->size_flags = USED | BEFORE_USED;
	heap_end = (char *)fence + HEAD;
	return chunk_release(c, grow, before_used);
}

/* Get a free chunk of at least `size` bytes from the kernel; NULL if memory is
 * exhausted. If somebody else has moved the end of the heap, start a new
 * row. */
static struct chunk *heap_grow(uint64 size)
{
	uint64 grow = (size + 2 * ALIGN + GROW_MIN - 1) & ~(GROW_MIN - 1);
	char *start = sbrk((long)grow);

	if (start == SBRK_FAILED)
		return NULL;
	if (start == heap_end)
		return row_extend(grow);
	return row_begin(start, grow);
}

static uint64 chunk_size_for(size_t size)
{
	uint64 n = (size + HEAD + ALIGN - 1) & ~(ALIGN - 1);

	return n < CHUNK_MIN ? CHUNK_MIN : n;
}

void *malloc(size_t size)
{
	if (size > SIZE_LIMIT) {
		errno = ENOMEM;
		return NULL;
	}

	uint64 need = chunk_size_for(size);
	struct chunk *c = chunk_find(need);

	if (c == NULL)
		c = heap_grow(need);
	if (c == NULL)
		return NULL;
	bin_remove(c);
	c->size_flags |= USED;
	chunk_after(c)->size_flags |= BEFORE_USED;
	chunk_trim(c, need);
	return chunk_memory(c);
}

void free(void *memory)
{
	if (memory == NULL)
		return;

	struct chunk *c = chunk_of(memory);

	chunk_release(c, chunk_size(c), c->size_flags & BEFORE_USED);
}

void *calloc(size_t count, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(count, size, &total))
		total = SIZE_LIMIT + 1;

	void *memory = malloc(total);

	return memory == NULL ? NULL : memset(memory, 0, total);
}

/* Merge c with the chunk after it, if that one is free. */
static void chunk_absorb_after(struct chunk *c)
{
	struct chunk *after = chunk_after(c);

	if (after->size_flags & USED)
		return;
	bin_remove(after);
	c->size_flags += chunk_size(after);
	chunk_after(c)->size_flags |= BEFORE_USED;
}

void *realloc(void *old, size_t size)
{
	if (old == NULL)
		return malloc(size);
	if (size > SIZE_LIMIT) {
		errno = ENOMEM;
		return NULL;
	}

	struct chunk *c = chunk_of(old);
	uint64 old_size = chunk_size(c);
	uint64 need = chunk_size_for(size);

	chunk_absorb_after(c);
	if (chunk_size(c) >= need) {
		chunk_trim(c, need);
		return old;
	}

	void *memory = malloc(size);

	if (memory == NULL) {
		chunk_trim(c, old_size);
		return NULL;
	}
	memcpy(memory, old, old_size - HEAD);
	free(old);
	return memory;
}
