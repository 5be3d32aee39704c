/* user/lib/vmstat.h: what the kernel tells about memory in /dev/vmstat. */
#pragma once

#include "abi/vmstat.h"

#define VMSTAT_PATH "/dev/vmstat"

#define VMSTAT_FIELD(name) long name;
struct vmstat {
	VMSTAT_GAUGES(VMSTAT_FIELD)
	VMSTAT_EVENTS(VMSTAT_FIELD)
};
#undef VMSTAT_FIELD

/* 0, or -1 with errno set. A name that the kernel does not give reads as 0. */
int vmstat_read(struct vmstat *stat);

/* One value, by name; -1 when there is no such name. */
long vmstat_get(const char *name);
