/* mkfs/fsck.h: is a disk image sound? */
#pragma once

#include <stdbool.h>

/* Print what is wrong with the image, a line each; true when nothing is. */
bool fsck(const char *path);
