/* kernel/boot/init.h: the first process. */
#pragma once

#include "boot/options.h"

/* [init] Create the process that starts the journal's thread and becomes
 * /bin/init. Returns 0 or an error. */
int init_create(const struct options *options);
