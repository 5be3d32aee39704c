/* user/lib/xmalloc.c: allocate memory or exit. */

#include "error.h"
#include "memory.h"
#include "string.h"

void *xmalloc(size_t size)
{
	return xrealloc(NULL, size);
}

void *xrealloc(void *old, size_t size)
{
	void *memory = realloc(old, size);

	if (memory == NULL)
		errx(1, "out of memory");
	return memory;
}

char *xstrdup(const char *s)
{
	size_t size = strlen(s) + 1;

	return memcpy(xmalloc(size), s, size);
}
