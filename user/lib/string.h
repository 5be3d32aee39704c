/* user/lib/string.h: memory, strings, and numbers in strings. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "abi/types.h"

void *memset(void *dst, int byte, size_t n);
void *memcpy(void *dst, const void *src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
int memcmp(const void *a, const void *b, size_t n);
void *memchr(const void *s, int byte, size_t n);

size_t strlen(const char *s);
char *strcpy(char *dst, const char *src);
char *strchr(const char *s, int c);
char *strrchr(const char *s, int c);
char *strstr(const char *s, const char *part);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);

/* Copy at most size - 1 bytes of `src` and add a NUL. Returns the length of
 * `src`, so a result >= size means that the copy was truncated. */
size_t strlcpy(char *dst, const char *src, size_t size);

/* The part of the path after the last slash. */
const char *basename(const char *path);

/* Parse a number. In base 0, 0x means base 16, a leading 0 base 8, and anything
 * else base 10. A number that is too large gives the largest long. *end, unless
 * end is NULL, becomes the first byte after the number. */
long strtol(const char *s, char **end, int base);
int atoi(const char *s);

/* Parse `s` as a non-negative decimal number. Returns false for anything else,
 * or if the number does not fit. */
bool parse_number(const char *s, long *value);
