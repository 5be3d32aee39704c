/* kernel/mm/vmcount.h: counters of memory events.
 *
 * Each hart has its own counters, so that counting needs no lock and no shared
 * cache line. */
#pragma once

#include "abi/vmstat.h"
#include "lib/hart.h"

#define VMCOUNT_NAME(name) VM_##name,
enum vmcount {
	VMSTAT_EVENTS(VMCOUNT_NAME) VM_table, /* current number */
	VM_procs,                             /* current number */
	VMCOUNTS,
};
#undef VMCOUNT_NAME

struct vmcounts {
	int64 of[VMCOUNTS];
} __attribute__((aligned(64)));

extern struct vmcounts vmcounts[MAX_HARTS];

static inline void vmcount_add(enum vmcount what, int64 n)
{
	vmcounts[this_hart()->index].of[what] += n;
}

/* The sum over all harts. Exact while no hart counts. */
uint64 vmcount_read(enum vmcount what);
