/* mkfs/fsck.h: check that a disk image is sound, and repair it. */
#pragma once

#include <stdbool.h>

/* Print a line about each fault of the image. With `repair`, correct the faults
 * and say how. Returns true if the image has no faults, or has none any
 * more. */
bool fsck(const char *path, bool repair);
