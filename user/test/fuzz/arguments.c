/* user/test/fuzz/arguments.c: random arguments, both valid and invalid. */

#include "fuzz.h"

char pool[POOL_SIZE] __attribute__((aligned(4096)));
char *huge;

static uint64 state;

void rand_start(uint64 seed)
{
	state = seed * 0x9e3779b97f4a7c15 + 1;
	for (int i = 0; i < 10; i++)
		rand64();
}

/* xorshift64*, by Marsaglia and Vigna */
uint64 rand64(void)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return state * 0x2545f4914f6cdd1dUL;
}

uint rand_below(uint limit)
{
	return (uint)(rand64() >> 33) % limit;
}

bool one_in(uint n)
{
	return rand_below(n) == 0;
}

long call(long number, long a0_, long a1_, long a2_)
{
	register long a0 __asm__("a0") = a0_;
	register long a1 __asm__("a1") = a1_;
	register long a2 __asm__("a2") = a2_;
	register long a7 __asm__("a7") = number;

	__asm__ volatile("ecall"
			 : "+r"(a0), "+r"(a1)
			 : "r"(a2), "r"(a7)
			 : "memory");
	return a0;
}

/* ---- arguments ---- */

long rand_number(void)
{
	static const long odd[] = {
		-1,          0x7fffffff,      -0x80000000L, 0x80000000L,
		1L << 32,    0x100000003L,    1L << 38,     -4096,
		1L << 63,    0x7ffffffffffff, 4095,         4097,
		65535,       65536,           65536 + 3,    1L << 30,
		-(1L << 30), 0xffffffffL,     PGSIZE,       1L << 20,
	};

	switch (rand_below(4)) {
	case 0:
		return odd[rand_below(ARRAY_LEN(odd))];
	case 1:
		return (long)(rand64() >> rand_below(64));
	default:
		return rand_below(20);
	}
}

/* A descriptor, now and then with junk in the upper half, or another random
 * number. */
long rand_fd(void)
{
	if (one_in(20))
		return rand_number();
	return (long)rand_below(12) | (one_in(20) ? 0x5500000000L : 0);
}

/* An address, usually a valid one. */
long rand_place(void)
{
	switch (rand_below(12)) {
	case 0:
		return 0;
	case 1:
		return (long)(rand64() >> rand_below(64));
	case 2:
		return (long)(uint64)sbrk(0) - (long)rand_below(16);
	case 3:
		return (long)USER_TOP - (long)rand_below(16);
	case 4:
		return (long)(0xffffffc000000000 + rand64() % (1UL << 32));
	case 5:
		return (long)(uint64)&rand_place + (long)rand_below(64);
	case 6:
		return (long)stack_guard() + (long)rand_below(PGSIZE + 16);
	case 7:
		if (huge != NULL)
			return (long)(uint64)huge;
		/* falls through */
	default:
		return (long)(uint64)pool + (long)rand_below(POOL_SIZE);
	}
}

long rand_count(void)
{
	switch (rand_below(5)) {
	case 0:
		return rand_number();
	case 1:
		return (long)rand_below(8) * (long)PGSIZE + rand_below(3) - 1;
	case 2:
		return (long)rand_below(200) << 20;
	default:
		return rand_below(300);
	}
}

const char *pick(const char *const *from, uint n)
{
	return from[rand_below(n)];
}

/* A name for a file of the fuzzer's own, which may exist or not. */
const char *rand_name(void)
{
	static const char *const names[] = {
		"a",
		"b",
		"c",
		"d",
		"d/a",
		"d/b",
		"d/e",
		"d/e/a",
		"./d/../b",
		"../fuzz/a",
		".",
		"..",
		"",
		"d/",
		"none/a",
		"x",
		"x/y",
		"large",
		"no_name_is_so_long",
		"d/e/../../d/e/../e/a",
	};
	static char path[2 * PATH_LEN];

	if (!one_in(12))
		return PICK(names);
	/* About as long as a path may be. */
	uint n = PATH_LEN - 4 + rand_below(8);

	for (uint i = 0; i < n; i += 2) {
		path[i] = one_in(4) ? 'd' : '.';
		path[i + 1] = '/';
	}
	path[n] = '\0';
	return path;
}

/* Any name, including those of the system's files. */
const char *rand_path(void)
{
	static const char *const names[] = {
		"/bin/true",
		"/dev/null",
		"/dev/vmstat",
		"/proc",
		"/proc/self/status",
		"/proc/self/smaps",
		"/proc/self/pagemap",
		"/proc/self",
		"/proc/meminfo",
		"/proc/vmstat",
		"/proc/1/smaps",
		"/proc/2/status",
		"/bin",
		"/",
		"/bin/sh",
		"/proc/self/../self",
		"/README",
		"true",
	};

	return one_in(2) ? PICK(names) : rand_name();
}

/* The argument for a path, usually a valid pointer to it. */
long of_path(const char *path)
{
	return one_in(30) ? rand_place() : (long)(uint64)path;
}
