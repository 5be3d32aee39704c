/* kernel/mm/vmcount.c: counters of memory events. */
#include "mm/vmcount.h"

struct vmcounts vmcounts[MAX_HARTS];

uint64 vmcount_read(enum vmcount what)
{
	int64 sum = 0;

	for (int i = 0; i < MAX_HARTS; i++)
		sum += vmcounts[i].of[what];
	return (uint64)sum;
}
