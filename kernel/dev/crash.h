/* kernel/dev/crash.h: DEBUG: kernel bugs on request, to see what they do. */
#pragma once

#include "abi/errno.h"

/* "panic", "overflow" (of the kernel's stack), "wild" (store), "text" (store to
 * the kernel's own text), "order" (of locks), and "shift", "sum", "index" and
 * "division", which C does not define. Returns -EINVAL for anything else, and
 * in a build without DEBUG for all. */
#ifdef DEBUG
int crash(const char *how);
#else
static inline int crash(const char *how)
{
	(void)how;
	return -EINVAL;
}
#endif
