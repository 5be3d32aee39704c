/* user/lib/mem.c: fill, copy and compare memory, by words where possible. */

#include "string.h"

#define WORD sizeof(uint64)
#define BLOCK (8 * WORD)

static bool is_aligned(const void *p)
{
	return (uint64)p % WORD == 0;
}

void *memset(void *dst, int byte, size_t n)
{
	uchar *d = dst;
	uint64 pattern = (uchar)byte * 0x0101010101010101UL;

	for (; n > 0 && !is_aligned(d); n--)
		*d++ = (uchar)byte;
	for (; n >= BLOCK; n -= BLOCK, d += BLOCK) {
		uint64 *word = (uint64 *)d;

		word[0] = pattern;
		word[1] = pattern;
		word[2] = pattern;
		word[3] = pattern;
		word[4] = pattern;
		word[5] = pattern;
		word[6] = pattern;
		word[7] = pattern;
	}
	for (; n > 0; n--)
		*d++ = (uchar)byte;
	return dst;
}

/* Copy from low to high addresses. */
static void copy_up(uchar *d, const uchar *s, size_t n)
{
	if (((uint64)d ^ (uint64)s) % WORD == 0) {
		for (; n > 0 && !is_aligned(d); n--)
			*d++ = *s++;
		for (; n >= WORD; n -= WORD, d += WORD, s += WORD)
			*(uint64 *)d = *(const uint64 *)s;
	}
	for (; n > 0; n--)
		*d++ = *s++;
}

static void copy_down(uchar *d, const uchar *s, size_t n)
{
	d += n;
	s += n;
	if (((uint64)d ^ (uint64)s) % WORD == 0) {
		for (; n > 0 && !is_aligned(d); n--)
			*--d = *--s;
		for (; n >= WORD; n -= WORD) {
			d -= WORD;
			s -= WORD;
			*(uint64 *)d = *(const uint64 *)s;
		}
	}
	for (; n > 0; n--)
		*--d = *--s;
}

void *memcpy(void *dst, const void *src, size_t n)
{
	copy_up(dst, src, n);
	return dst;
}

void *memmove(void *dst, const void *src, size_t n)
{
	if ((uint64)dst - (uint64)src < n)
		copy_down(dst, src, n);
	else
		copy_up(dst, src, n);
	return dst;
}

int memcmp(const void *a, const void *b, size_t n)
{
	const uchar *x = a;
	const uchar *y = b;

	if (is_aligned(x) && is_aligned(y)) {
		for (; n >= WORD; n -= WORD, x += WORD, y += WORD) {
			if (*(const uint64 *)x != *(const uint64 *)y)
				break;
		}
	}
	for (; n > 0; n--, x++, y++) {
		if (*x != *y)
			return *x - *y;
	}
	return 0;
}

void *memchr(const void *s, int byte, size_t n)
{
	for (const uchar *p = s; n > 0; n--, p++) {
		if (*p == (uchar)byte)
			return (void *)p;
	}
	return NULL;
}
