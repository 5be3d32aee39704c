/* user/lib/sort.c: heapsort, which needs no recursion and is never slow. */

#include "sort.h"

static void swap(void **a, void **b)
{
	void *item = *a;

	*a = *b;
	*b = item;
}

/* Let the item at `top` sink until none of its children is greater. */
static void sink(void **items, size_t top, size_t count,
		 int (*compare)(const void *, const void *))
{
	for (;;) {
		size_t child = 2 * top + 1;

		if (child >= count)
			return;
		if (child + 1 < count &&
		    compare(items[child], items[child + 1]) < 0)
			child++;
		if (compare(items[top], items[child]) >= 0)
			return;
		swap(&items[top], &items[child]);
		top = child;
	}
}

void sort_pointers(void **items, size_t count,
		   int (*compare)(const void *, const void *))
{
	for (size_t top = count / 2; top-- > 0;)
		sink(items, top, count, compare);
	while (count > 1) {
		swap(&items[0], &items[--count]);
		sink(items, 0, count, compare);
	}
}
