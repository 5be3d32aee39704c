/* user/lib/print.h: formatted text.
 *
 * All of C's conversions except the floating-point ones and %n:
 * %[-+ #0][width][.precision][hh h l ll j z t] with d i u x X o b c s p or %,
 * where width and precision may be *. */
#pragma once

#include <stdarg.h>
#include <stddef.h>

#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))

/* On standard output, which is written a whole line at a time. */
int printf(const char *fmt, ...) PRINTF_LIKE(1, 2);
int vprintf(const char *fmt, va_list args);
int puts(const char *line);
int putchar(int c);

/* On a descriptor, all in one write if it is at most PRINT_BUFFER bytes. */
int fprintf(int fd, const char *fmt, ...) PRINTF_LIKE(2, 3);
int vfprintf(int fd, const char *fmt, va_list args);

/* Into buf[0 .. size - 1], NUL included; returns the length that the whole text
 * has. */
int snprintf(char *buf, size_t size, const char *fmt, ...) PRINTF_LIKE(3, 4);
int vsnprintf(char *buf, size_t size, const char *fmt, va_list args);

#define PRINT_BUFFER 512

/* Write what printf() holds back. */
void print_flush(void);

/* The first error that writing to standard output met; 0 when all went well. */
extern int print_error;

/* Write what printf() holds back, and begin anew without an error. Returns the
 * one that there was, or 0. */
int print_take_error(void);
