/* kernel/lib/string.h: memory and strings. */
#pragma once

#include "lib/types.h"

void *memset(void *dst, int byte, uint64 n);
void *memcpy(void *dst, const void *src, uint64 n);
void *memmove(void *dst, const void *src, uint64 n);
int memcmp(const void *a, const void *b, uint64 n);

uint64 strlen(const char *s);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, uint64 n);

/* Copy at most size - 1 bytes of `src` and add a NUL. */
void strlcpy(char *dst, const char *src, uint64 size);

/* Parse a decimal number up to 2^32 into *n. Returns false for anything
 * else. */
bool parse_number(const char *digits, uint64 *n);

/* Clear or copy one page; all pointers are page-aligned. */
void page_clear(void *page);
void page_copy(void *dst, const void *src);
