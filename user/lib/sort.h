/* user/lib/sort.h: sorting. */
#pragma once

#include <stddef.h>

/* Sort `count` pointers. `compare` compares two of them, as strcmp() does. */
void sort_pointers(void **items, size_t count,
		   int (*compare)(const void *a, const void *b));
