/* kernel/lib/types.h: basic types and macros. */
#pragma once

#include "abi/types.h"

#define NULL ((void *)0)

#define bool _Bool
#define true 1
#define false 0

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))

/* The struct that contains *ptr as its member `member`. */
#define CONTAINER_OF(ptr, type, member)                                        \
	((type *)((char *)(ptr) - __builtin_offsetof(type, member)))

/* Round to a multiple of `unit`, a power of two. */
#define ROUND_DOWN(n, unit) ((n) & -(unit))
#define ROUND_UP(n, unit) ROUND_DOWN(-1 + (n) + (unit), unit)

/* Tell the compiler that the condition holds, without checking it. */
#define assume(condition)                                                      \
	do {                                                                   \
		if (!(condition))                                              \
			__builtin_unreachable();                               \
	} while (0)

#define likely(condition) __builtin_expect(!!(condition), 1)
#define unlikely(condition) __builtin_expect(!!(condition), 0)
