/* kernel/lib/panic.h: the end of a kernel that is wrong. */
#pragma once

#include "lib/printf.h"

/* Print the message and where it came from, stop all harts. Not for what a
 * program or a disk did: that is an error to somebody. */
void panic(const char *fmt, ...) PRINTF_LIKE(1, 2) __attribute__((noreturn));

/* The same for a trap taken in the kernel: the backtrace starts at pc and
 * fp. */
void panic_at(uint64 pc, uint64 fp, const char *fmt, ...) PRINTF_LIKE(3, 4)
	__attribute__((noreturn));

/* `why` is a string: what should hold, with its number where it has one
 * ("F1: a free frame has no references"). */
#define ASSERT(condition, why)                                                 \
	do {                                                                   \
		if (unlikely(!(condition)))                                    \
			panic("%s:%d: %s", __FILE__, __LINE__, why);           \
	} while (0)

/* Costly ones: in DEBUG builds only. */
#ifdef DEBUG
#define DEBUG_ASSERT(condition, why) ASSERT(condition, why)
#else
#define DEBUG_ASSERT(condition, why) ((void)0)
#endif

/* Whether some hart has panicked: who waits for a lock then waits in vain. */
bool panicked(void);

/* Whether it is this hart that has: it may print whatever others hold. */
bool panicking_here(void);

/* Stop this hart for good. */
void hart_park(void) __attribute__((noreturn));

/* [init] Called once by the hart that panics: `stop_others` before the message,
 * `end` after it. */
void panic_set_hooks(void (*stop_others)(void), void (*end)(void));
