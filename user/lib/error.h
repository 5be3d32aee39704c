/* user/lib/error.h: error messages. */
#pragma once

#include "print.h"

/* The last part of the path in argv[0]. */
extern const char *program_name;

/* The message for an error number; never NULL. */
const char *strerror(int number);

/* Print "WHAT: reason" on standard error, with the reason from errno. */
void perror(const char *what);

/* Print "program: message: reason" on standard error. warnx() and errx() leave
 * out the reason. err() and errx() exit afterwards. */
void warn(const char *fmt, ...) PRINTF_LIKE(1, 2);
void warnx(const char *fmt, ...) PRINTF_LIKE(1, 2);
void err(int status, const char *fmt, ...) PRINTF_LIKE(2, 3)
	__attribute__((noreturn));
void errx(int status, const char *fmt, ...) PRINTF_LIKE(2, 3)
	__attribute__((noreturn));

/* Write to standard output. If that fails, exit; silently if there is no
 * reader. */
void output(int status, const void *bytes, size_t n);

/* Print "usage: SYNOPSIS" on standard error and exit with 2. */
void usage(const char *synopsis) __attribute__((noreturn));
