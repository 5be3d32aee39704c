/* kernel/debug/stackuse.c: DEBUG: check that kernel stacks are large enough. */
#include "debug/stackuse.h"

#ifdef DEBUG
#include "lib/panic.h"
#include "lib/types.h"

#define PAINT 0x5ca1ab1e0ddba115UL /* neither an address nor a small number */
#define SPARE_WORDS (STACK_SPARE / sizeof(uint64))

void stack_paint(void *stack)
{
	uint64 *words = stack;

	for (uint64 i = 0; i < SPARE_WORDS; i++)
		words[i] = PAINT;
}

void stack_check(const void *stack, const char *name)
{
	const uint64 *words = stack;

	for (uint64 i = 0; i < SPARE_WORDS; i++)
		if (words[i] != PAINT)
			panic("kernel stack too small: %s left %lu bytes", name,
			      i * sizeof(uint64));
}
#endif
