/* user/lib/memory.h: memory from the heap. */
#pragma once

#include <stddef.h>

/* Each is aligned to 16 bytes and belongs to the caller until free(); NULL when
 * memory is out. */
void *malloc(size_t size);
void *calloc(size_t count, size_t size); /* cleared */
void *realloc(void *old, size_t size);   /* `old` stays valid after NULL */
void free(void *memory);                 /* NULL is allowed */

/* The same, but exit with a message when memory is out. */
void *xmalloc(size_t size);
void *xrealloc(void *old, size_t size);
char *xstrdup(const char *s);
