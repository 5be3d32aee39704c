/* kernel/lib/string.h: memory and strings; by words where both ends allow. */
#pragma once

#include "lib/types.h"

void *memset(void *dst, int byte, uint64 n);
void *memcpy(void *dst, const void *src, uint64 n);
void *memmove(void *dst, const void *src, uint64 n);
int memcmp(const void *a, const void *b, uint64 n);

uint64 strlen(const char *s);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, uint64 n);

/* Copy at most size - 1 bytes of `src` and end them with a NUL. */
void strlcpy(char *dst, const char *src, uint64 size);

/* The number that these digits are, in *n; false when there is none, other
 * characters, or one above 2^32. */
bool parse_number(const char *digits, uint64 *n);

/* One page, both aligned to PGSIZE. */
void page_clear(void *page);
void page_copy(void *dst, const void *src);
