/* grade/kernel/model/subject/memory.c: accesses of the process to its own
 * memory. */

#include "subject.h"

#define HOG_FIRST (64L << 20)
#define NAME_ROOM 24

/* ---- loads and stores ---- */

long do_load(arguments arg)
{
	return *(volatile uchar *)arg[0];
}

uchar pattern_byte(uint64 seed, uint64 index)
{
	return (uchar)(seed + 7 * index + (index >> 8));
}

#define NAMES 1024 /* seeds from this one on mean names */

static const char *const names[] = { "/bin/model0", "/bin/no" };

#define CODE 2048 /* seeds from this one on mean code that returns a number */

static long store_code(volatile uchar *to, uint64 n, uint64 number)
{
	uint64 code = number << 20 | 0x513 | 0x8067UL << 32;

	for (uint64 i = 0; i < n; i++)
		to[i] = (uchar)(code >> 8 * i);
	return 0;
}

static long store_name(volatile uchar *to, uint64 n, const char *name)
{
	for (uint64 i = 0; i < n; i++)
		to[i] = (uchar)name[i];
	return 0;
}

/* Store a pattern by bytes. A seed of 256 or more means words where they
 * fit. */
long do_store(arguments arg)
{
	volatile uchar *to = (volatile uchar *)arg[0];
	uint64 n = arg[1], seed = arg[2] & 0xff;

	if (arg[2] >= CODE)
		return store_code(to, n, arg[2] - CODE);
	if (arg[2] >= NAMES)
		return store_name(to, n, names[arg[2] - NAMES]);
	for (uint64 i = 0; i < n; i++) {
		if (arg[2] < 256 || ((uint64)(to + i)) % 8 != 0 || n - i < 8) {
			to[i] = pattern_byte(seed, i);
			continue;
		}
		uint64 word = 0;

		for (uint64 j = 0; j < 8; j++)
			word |= (uint64)pattern_byte(seed, i + j) << 8 * j;
		if (arg[2] < 512)
			*(volatile uint64 *)(to + i) = word;
		else
			__atomic_exchange_n((uint64 *)(to + i), word,
					    __ATOMIC_RELAXED);
		i += 7;
	}
	return 0;
}

/* Write one byte to each page. */
long do_touch(arguments arg)
{
	for (uint64 i = 0; i < arg[1]; i++)
		*(volatile uchar *)(arg[0] + i * PGSIZE) = (uchar)arg[2];
	return 0;
}

/* The Adler-32 checksum of the bytes. */
long do_sum(arguments arg)
{
	const volatile uchar *from = (const volatile uchar *)arg[0];
	uint64 a = 1, b = 0;

	for (uint64 left = arg[1]; left > 0;) {
		uint64 piece = left < PGSIZE ? left : PGSIZE;

		for (uint64 i = 0; i < piece; i++) {
			a += from[i];
			b += a;
		}
		a %= 65521;
		b %= 65521;
		from += piece;
		left -= piece;
	}
	return (long)(b << 16 | a);
}

/* Call the code at that address, which returns a number. */
long do_call(arguments arg)
{
	long (*code)(void) = (long (*)(void))arg[0];

	__asm__ volatile("fence.i" ::: "memory");
	return code();
}

/* ---- allocation ---- */

/* Move the end of the heap, as sbrk() does. A kernel may allocate each page
 * when it is touched, and kill the process if memory is exhausted then. So
 * touch each new page in a call, which fails instead. */
static long move_end(long bytes)
{
	char *old = sbrk(bytes);

	if (old == SBRK_FAILED)
		return -1;
	for (uint64 va = ((uint64)old + PGSIZE - 1) & ~(PGSIZE - 1);
	     va < (uint64)old + (uint64)bytes && bytes > 0; va += PGSIZE) {
		if (fstat(self.file, (struct stat *)va) < 0) {
			int reason = errno;

			sbrk(-bytes);
			errno = reason;
			return -1;
		}
		memset((void *)va, 0, sizeof(struct stat));
	}
	return (long)old;
}

long do_sbrk(arguments arg)
{
	return or_error(move_end((long)arg[0]));
}

/* Allocate all memory, but at most arg[0] bytes. Returns the pages that it
 * got. */
long do_hog(arguments arg)
{
	long got = 0, most = (long)arg[0];

	for (long step = HOG_FIRST; step >= (long)PGSIZE; step /= 2)
		while (got + step <= most && move_end(step) != -1)
			got += step;
	return got / (long)PGSIZE;
}

long do_fail(arguments arg)
{
	char word[NAME_ROOM];

	snprintf(word, sizeof(word), "fail %lu", arg[0]);
	return or_error(write(self.vmstat, word, strlen(word)));
}
