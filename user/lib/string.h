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

/* Copy at most size - 1 bytes of `src` and end them with a NUL; returns the
 * length of `src`, so that a result >= size means that it was cut off. */
size_t strlcpy(char *dst, const char *src, size_t size);

/* What stands after the last slash. */
const char *basename(const char *path);

/* Base 0: 0x means 16, a leading 0 means 8, else 10. Too big a number gives the
 * biggest. *end, unless end is NULL, becomes the first byte not used. */
long strtol(const char *s, char **end, int base);
int atoi(const char *s);

/* A decimal number that is not negative and is all of `s`; false if it is not,
 * or does not fit. */
bool parse_number(const char *s, long *value);
