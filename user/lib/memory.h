/* user/lib/memory.h: allocate memory from the heap. */
#pragma once

#include <stddef.h>

/* Allocate memory, aligned to 16 bytes; NULL if memory is exhausted. */
void *malloc(size_t size);
void *calloc(size_t count, size_t size); /* zeroed */
void *realloc(void *old, size_t size);   /* `old` stays valid after NULL */
void free(void *memory);                 /* NULL is allowed */

/* The same, but exit with a message if memory is exhausted. */
void *xmalloc(size_t size);
void *xrealloc(void *old, size_t size);
char *xstrdup(const char *s);
