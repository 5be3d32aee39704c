/* user/lib/print.h: formatted text.
 *
 * All of C's conversions except the floating-point ones and %n: %[-+
 * #0][width][.precision][hh h l ll j z t] with d i u x X o b c s p or %, where
 * width and precision may be *. A lone %l, which xv6 had until 2023, means
 * %lu. */
#pragma once

#include <stdarg.h>
#include <stddef.h>

#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))

/* Print on standard output. All of the text is written before the call returns.
 * Up to PRINT_BUFFER bytes are written with one write(), so that no other
 * program's text can come in between. */
int printf(const char *fmt, ...) PRINTF_LIKE(1, 2);
int vprintf(const char *fmt, va_list args);
int puts(const char *line);
int putchar(int c);

/* Print on a descriptor. */
int fprintf(int fd, const char *fmt, ...) PRINTF_LIKE(2, 3);
int vfprintf(int fd, const char *fmt, va_list args);

/* Print to buf[0 .. size - 1], including a NUL. Returns the length of the whole
 * text, even if it was truncated. */
int snprintf(char *buf, size_t size, const char *fmt, ...) PRINTF_LIKE(3, 4);
int vsnprintf(char *buf, size_t size, const char *fmt, va_list args);

#define PRINT_BUFFER 512

/* The first error while printing on standard output, or 0. */
extern int print_error;

/* Clear that error. Returns the old one, or 0. */
int print_take_error(void);
