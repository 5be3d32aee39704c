/* kernel/lib/printf.h: formatted text, for the console and into buffers.
 *
 * %d %i %u %x %p %s %c %% with l for 64 bits, a width and 0 or - before it. */
#pragma once

#include "lib/types.h"

#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))

/* Print a message of the kernel. It comes out unmixed with what other harts
 * print when it is one line of at most 256 bytes. */
void kprintf(const char *fmt, ...) PRINTF_LIKE(1, 2);

/* Into buf[0 .. size - 1], NUL included; returns the length that the whole
 * text has, as C's does. */
int ksnprintf(char *buf, uint64 size, const char *fmt, ...) PRINTF_LIKE(3, 4);
int kvsnprintf(char *buf, uint64 size, const char *fmt, __builtin_va_list args);

/* [init] Where kprintf's text goes from now on. */
void kprintf_set_sink(void (*write)(const char *text, uint64 n));
