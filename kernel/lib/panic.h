/* kernel/lib/panic.h: stop a kernel that has a bug. */
#pragma once

#include "lib/printf.h"

/* Print the message and a backtrace, and stop all harts. Only for bugs of the
 * kernel: what programs or disks do wrong is returned to somebody as an
 * error. */
void panic(const char *fmt, ...) PRINTF_LIKE(1, 2) __attribute__((noreturn));

/* The same, but the backtrace starts at pc and fp, for a trap in the kernel. */
void panic_at(uint64 pc, uint64 fp, const char *fmt, ...) PRINTF_LIKE(3, 4)
	__attribute__((noreturn));

/* `why` is a string that says what must hold, with the number of the invariant
 * if there is one ("F1: a free frame has no owner"). */
#define ASSERT(condition, why)                                                 \
	do {                                                                   \
		if (unlikely(!(condition)))                                    \
			panic("%s:%d: %s", __FILE__, __LINE__, why);           \
	} while (0)

/* For costly checks: in DEBUG builds only. */
#ifdef DEBUG
#define DEBUG_ASSERT(condition, why) ASSERT(condition, why)
#else
#define DEBUG_ASSERT(condition, why) ((void)0)
#endif

/* Whether a hart has panicked. Do not wait for a lock then: its holder may have
 * stopped. */
bool panicked(void);

/* Whether this hart has panicked. It may print without taking locks. */
bool panicking_here(void);

/* Stop this hart for good. */
void hart_park(void) __attribute__((noreturn));

/* [init] Set functions for the hart that panics to call: `stop_others` before
 * the message, and `end` after it. */
void panic_set_hooks(void (*stop_others)(void), void (*end)(void));
