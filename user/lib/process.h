/* user/lib/process.h: read about processes in /proc. Amounts are in KiB. */
#pragma once

#include <stddef.h>

#include "abi/limits.h"
#include "abi/proc.h"
#include "abi/types.h"

struct process {
	int pid, parent;
	char state; /* R, S or Z */
	char name[PROC_NAME_LEN];
	long size, rss, shared, tables;
	uint64 pss; /* in 1 / PSS_ONE bytes */
	long faults, copies, takeovers;
};

/* A part of a process's memory. */
struct mapping {
	uint64 start, end;
	char rights[5], kind[6];
	long rss, shared, private, cow;
	uint64 pss; /* in 1 / PSS_ONE bytes */
};

/* Convert to KiB, rounding to the nearest. */
static inline long pss_kib(uint64 pss)
{
	return (long)((pss + PSS_ONE * 512) / (PSS_ONE * 1024));
}

/* Returns 0, or -1 with errno set if there is no such process. */
int process_read(int pid, struct process *process);

/* Read all processes, sorted by pid, except those that end meanwhile. Returns
 * their number, or -1 with errno set. free() the array. */
long processes_read(struct process **all);

/* A value of /proc/meminfo by its label, such as "MemFree:"; 0 if there is
 * none, or -1 with errno set. */
long meminfo_get(const char *label);

/* Read the parts of one process's memory in the same way. */
long mappings_read(int pid, struct mapping **all);
