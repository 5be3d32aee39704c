/* kernel/dev/vmstat.h: memory in figures, as text: `name value`, one a line
 * (abi/vmstat.h).
 *
 * Commands can be written to it: "fail N" lets the N-th next frame allocation
 * fail, once; "fail 0" takes that back. "audit" looks whether the counts of
 * frames are right, and fails when they are not. A DEBUG build also knows the
 * words of dev/crash.h. */
#pragma once

#include "dev/device.h"

extern const struct device vmstat_device;

/* All lines into text[0 .. size - 1]; returns how many bytes. */
uint64 vmstat_text(char *text, uint64 size);
