/* kernel/dev/vmstat.h: statistics of memory as text, in lines `name value`
 * (abi/vmstat.h).
 *
 * One can write commands to the device. "fail N" makes the N-th frame
 * allocation from now fail, once; "fail 0" cancels that. "locks" and the words
 * of debug/crash.h work in DEBUG builds.
 *
 * "audit" calls audit() of debug/audit.h. */
#pragma once

#include "dev/device.h"

extern const struct device vmstat_device;

/* Write all lines to text[0 .. size - 1]. Returns the number of bytes. */
uint64 vmstat_text(char *text, uint64 size);
