/* user/lib/vmstat.h: read /dev/vmstat. */
#pragma once

#include "abi/vmstat.h"

#define VMSTAT_PATH "/dev/vmstat"

#define VMSTAT_FIELD(name) long name;
struct vmstat {
	VMSTAT_GAUGES(VMSTAT_FIELD)
	VMSTAT_EVENTS(VMSTAT_FIELD)
};
#undef VMSTAT_FIELD

/* Returns 0, or -1 with errno set. A value that the kernel does not have is
 * 0. */
int vmstat_read(struct vmstat *stat);

/* The value with that name, or -1 if there is none. */
long vmstat_get(const char *name);
