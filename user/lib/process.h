/* user/lib/process.h: what /proc tells about processes. Amounts are in KiB. */
#pragma once

#include <stddef.h>

#include "abi/limits.h"
#include "abi/proc.h"
#include "abi/types.h"

struct process {
	int pid, parent;
	char state; /* R, S or Z */
	char name[PROC_NAME_LEN];
	long rss, shared, tables;
	uint64 pss; /* in 1 / PSS_ONE bytes */
	long faults, copies, takeovers;
};

/* Part of a process's memory. */
struct mapping {
	uint64 start, end;
	char rights[5], kind[6];
	long rss, shared, private, cow;
	uint64 pss; /* in 1 / PSS_ONE bytes */
};

/* In KiB, rounded to the nearest. */
static inline long pss_kib(uint64 pss)
{
	return (long)((pss + PSS_ONE * 512) / (PSS_ONE * 1024));
}

/* 0, or -1 with errno set when there is no such process. */
int process_read(int pid, struct process *process);

/* All processes there are, by pid, those left out that end meanwhile; free()
 * them. Returns how many, -1 with errno set. */
long processes_read(struct process **all);

/* The same for the parts of one process's memory. */
long mappings_read(int pid, struct mapping **all);
