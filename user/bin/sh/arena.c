/* user/bin/sh/arena.c: memory that is kept until the command has run. */

#include "sh.h"

#define BLOCK_SIZE 4000

struct block {
	struct block *next;
	size_t used; /* may exceed BLOCK_SIZE in the block of a large request */
	char bytes[BLOCK_SIZE] __attribute__((aligned(16)));
};

static struct block *newest;

void *arena_alloc(size_t size)
{
	size = (size + 15) & ~15UL;
	if (newest == NULL || newest->used + size > BLOCK_SIZE) {
		size_t extra = size > BLOCK_SIZE ? size - BLOCK_SIZE : 0;
		struct block *block = xmalloc(sizeof(*block) + extra);

		block->next = newest;
		block->used = 0;
		newest = block;
	}

	void *memory = newest->bytes + newest->used;

	newest->used += size;
	return memset(memory, 0, size);
}

void arena_reset(void)
{
	while (newest != NULL) {
		struct block *next = newest->next;

		free(newest);
		newest = next;
	}
}
