/* kernel/debug/crash.h: DEBUG: kernel bugs on request, to see their effects. */
#pragma once

#include "abi/errno.h"

/* Run into a bug: "panic"; "overflow" of the kernel stack, or "spare" if
 * it only comes near; "wild", a store through a bad pointer; "text", a store to
 * the kernel's text; "order" or "ranks", locks taken in the wrong order; or
 * "shift", "sum", "index" and "division", undefined behaviour of C. Returns
 * -EINVAL for any other word, and always in a build without DEBUG. */
#ifdef DEBUG
int crash(const char *how);
#else
static inline int crash(const char *how)
{
	(void)how;
	return -EINVAL;
}
#endif
