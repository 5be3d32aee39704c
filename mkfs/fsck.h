/* mkfs/fsck.h: is a disk image sound, and can it be made so? */
#pragma once

#include <stdbool.h>

/* Print what is wrong with the image, a line each. With `repair`, put it right
 * and say how. True when nothing is wrong, or nothing any more. */
bool fsck(const char *path, bool repair);
