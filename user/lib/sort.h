/* user/lib/sort.h: sorting. */
#pragma once

#include <stddef.h>

/* Sort `count` pointers; `compare` says like strcmp() how two of them stand. */
void sort_pointers(void **items, size_t count,
		   int (*compare)(const void *a, const void *b));
