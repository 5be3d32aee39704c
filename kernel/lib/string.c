/* kernel/lib/string.c: memory and strings, by words if both are aligned. */
#include "lib/string.h"

#include "abi/limits.h"

#ifndef __clang__
/* gcc would replace each loop below by a call of the function that it is in. */
#pragma GCC optimize("no-tree-loop-distribute-patterns")
#endif

#define WORD sizeof(uint64)
#define UNROLL 16 /* words in a chunk */
#define CHUNK (UNROLL * WORD)
#define PAGE_TURN (8 * CHUNK) /* bytes of a page in one turn of a loop */

static bool word_aligned(const void *a, const void *b)
{
	return (((uint64)a | (uint64)b) & (WORD - 1)) == 0;
}

static inline void set_chunk(uint64 *to, uint64 word)
{
#pragma GCC unroll 16
	for (int i = 0; i < UNROLL; i++)
		to[i] = word;
}

static inline void copy_chunk(uint64 *to, const uint64 *from)
{
#pragma GCC unroll 16
	for (int i = 0; i < UNROLL; i++)
		to[i] = from[i];
}

void *memset(void *dst, int byte, uint64 n)
{
	uint8 *to = dst;

	if (word_aligned(to, NULL)) {
		uint64 word = 0x0101010101010101UL * (uint8)byte;

		for (; n >= CHUNK; n -= CHUNK, to += CHUNK)
			set_chunk((uint64 *)to, word);
		for (; n >= WORD; n -= WORD, to += WORD)
			*(uint64 *)to = word;
	}
	for (; n > 0; n--)
		*to++ = (uint8)byte;
	return dst;
}

void *memcpy(void *dst, const void *src, uint64 n)
{
	uint8 *to = dst;
	const uint8 *from = src;

	if (word_aligned(to, from)) {
		for (; n >= CHUNK; n -= CHUNK, to += CHUNK, from += CHUNK)
			copy_chunk((uint64 *)to, (const uint64 *)from);
		for (; n >= WORD; n -= WORD, to += WORD, from += WORD)
			*(uint64 *)to = *(const uint64 *)from;
	}
	for (; n > 0; n--)
		*to++ = *from++;
	return dst;
}

void *memmove(void *dst, const void *src, uint64 n)
{
	if ((uint64)dst - (uint64)src >= n)
		return memcpy(dst, src, n);

	/* dst starts inside src: copy backwards. */
	uint8 *to = dst;
	const uint8 *from = src;

	while (n-- > 0)
		to[n] = from[n];
	return dst;
}

int memcmp(const void *a, const void *b, uint64 n)
{
	const uint8 *left = a, *right = b;

	for (uint64 i = 0; i < n; i++)
		if (left[i] != right[i])
			return left[i] - right[i];
	return 0;
}

uint64 strlen(const char *s)
{
	const char *end = s;

	while (*end != '\0')
		end++;
	return (uint64)(end - s);
}

int strncmp(const char *a, const char *b, uint64 n)
{
	for (; n > 0; a++, b++, n--)
		if (*a != *b || *a == '\0')
			return (uint8)*a - (uint8)*b;
	return 0;
}

int strcmp(const char *a, const char *b)
{
	return strncmp(a, b, ~0UL);
}

void strlcpy(char *dst, const char *src, uint64 size)
{
	uint64 n = MIN(strlen(src), size - 1);

	memcpy(dst, src, n);
	dst[n] = '\0';
}

bool parse_number(const char *digits, uint64 *n)
{
	const char *c = digits;

	for (*n = 0; *c >= '0' && *c <= '9' && *n <= 1UL << 32; c++)
		*n = 10 * *n + (uint64)(*c - '0');
	return c > digits && *c == '\0' && *n <= 1UL << 32;
}

void page_clear(void *page)
{
	for (uint8 *to = page, *end = to + PGSIZE; to != end; to += PAGE_TURN) {
#pragma GCC unroll 8
		for (uint64 i = 0; i < PAGE_TURN; i += CHUNK)
			set_chunk((uint64 *)(to + i), 0);
	}
}

void page_copy(void *dst, const void *src)
{
	const uint8 *from = src;

	for (uint8 *to = dst, *end = to + PGSIZE; to != end;
	     to += PAGE_TURN, from += PAGE_TURN) {
#pragma GCC unroll 8
		for (uint64 i = 0; i < PAGE_TURN; i += CHUNK)
			copy_chunk((uint64 *)(to + i),
				   (const uint64 *)(from + i));
	}
}
