/* kernel/dev/crash.c: DEBUG: kernel bugs on request, to see what they do. */
#include "dev/crash.h"

#ifdef DEBUG
#include "lib/panic.h"
#include "lib/string.h"

/* Calls itself until the stack is used up; the sum is for the compiler, which
 * would make a loop of it otherwise. */
static int use_stack(volatile int *depth)
{
	volatile int deeper = *depth + 1;

	if (deeper < 0)
		return 0;
	return use_stack(&deeper) + deeper;
}

int crash(const char *how)
{
	volatile int depth = 0;
	volatile uint64 nowhere = sizeof(int);

	if (strcmp(how, "panic") == 0)
		panic("as asked for");
	if (strcmp(how, "overflow") == 0)
		return use_stack(&depth);
	if (strcmp(how, "wild") == 0)
		*(volatile int *)nowhere = 0;
	if (strcmp(how, "text") == 0)
		*(volatile int *)crash = 0;
	return -EINVAL;
}
#endif
