/* kernel/boot/init.h: the first process. */
#pragma once

#include "boot/options.h"

/* [init] Make the process that becomes /bin/init, and the journal's thread.
 * Returns 0 or an error. */
int init_create(const struct options *options);
