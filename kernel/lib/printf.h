/* kernel/lib/printf.h: formatted text for the console and for buffers.
 *
 * Conversions: %d %i %u %x %p %s %c %%, with l for 64 bits, a width, and 0 or -
 * before the width. */
#pragma once

#include "lib/types.h"

#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))

/* Print a message of the kernel. A line of at most 255 bytes is not mixed with
 * the output of other harts. */
void kprintf(const char *fmt, ...) PRINTF_LIKE(1, 2);

/* Print to buf[0 .. size - 1], including a NUL. Returns the length of the whole
 * text, even if it was truncated, like C's snprintf(). */
int ksnprintf(char *buf, uint64 size, const char *fmt, ...) PRINTF_LIKE(3, 4);
int kvsnprintf(char *buf, uint64 size, const char *fmt, __builtin_va_list args);

/* [init] Make kprintf() pass its text to `write`. */
void kprintf_set_sink(void (*write)(const char *text, uint64 n));
