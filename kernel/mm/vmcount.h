/* kernel/mm/vmcount.h: what has happened to memory, counted.
 *
 * Each hart counts for itself, so that counting costs no lock and no shared
 * cache line. */
#pragma once

#include "abi/vmstat.h"
#include "lib/hart.h"

#define VMCOUNT_NAME(name) VM_##name,
enum vmcount {
	VMSTAT_EVENTS(VMCOUNT_NAME) VM_table, /* now: + and - */
	VM_procs,                             /* now: + and - */
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

/* Over all harts; exact when no hart is counting. */
uint64 vmcount_read(enum vmcount what);
