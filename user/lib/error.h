/* user/lib/error.h: telling the user what went wrong. */
#pragma once

#include "print.h"

/* The last part of argv[0]. */
extern const char *program_name;

/* The words for an error number; never NULL. */
const char *strerror(int number);

/* "WHAT: reason" on standard error, the reason out of errno. */
void perror(const char *what);

/* "program: message: reason" on standard error; warnx() leaves out the reason.
 * err() and errx() then exit. */
void warn(const char *fmt, ...) PRINTF_LIKE(1, 2);
void warnx(const char *fmt, ...) PRINTF_LIKE(1, 2);
void err(int status, const char *fmt, ...) PRINTF_LIKE(2, 3)
	__attribute__((noreturn));
void errx(int status, const char *fmt, ...) PRINTF_LIKE(2, 3)
	__attribute__((noreturn));

/* Write to standard output, or exit; without a message when nobody reads it. */
void output(int status, const void *bytes, size_t n);

/* "usage: SYNOPSIS" on standard error, and exit with 2. */
void usage(const char *synopsis) __attribute__((noreturn));
