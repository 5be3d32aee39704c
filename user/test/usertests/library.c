/* user/test/usertests/library.c: the C library that the other tests rely on. */

#include "tests.h"

static void check_printed(const char *where, const char *expected,
			  const char *fmt, ...) PRINTF_LIKE(3, 4);
static void check_printed(const char *where, const char *expected,
			  const char *fmt, ...)
{
	char text[128];
	va_list args;

	va_start(args, fmt);
	int length = vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (strcmp(text, expected) != 0 || length != (int)strlen(expected))
		fail("%s '%s' was printed as '%s'", basename(where), expected,
		     text);
}

#define PRINTS(expected, ...) check_printed(AT_LINE, expected, __VA_ARGS__)

static void printf_numbers(void)
{
	PRINTS("1 -1 4294967295", "%d %i %u", 1, -1, -1U);
	PRINTS("   42|42   |00042|+42| 42", "%5d|%-5d|%05d|%+d|% d", 42, 42, 42,
	       42, 42);
	PRINTS("ff FF 0xff 377", "%x %X %#x %o", 255, 255, 255, 255);
	PRINTS("-9223372036854775808 ffffffffffffffff", "%ld %lx",
	       (long)(1UL << 63), -1UL);
	PRINTS("00042|   00042|", "%.5d|%8.5d|%.0d", 42, 42, 0);
	PRINTS("44 -25536 9", "%hhd %hd %zu", (signed char)44, (short)-25536,
	       (size_t)9);
	PRINTS("  7|7  ", "%*d|%*d", 3, 7, -3, 7);
}

/* A lone %l prints a 64-bit number, as in xv6 until 2023. */
static void printf_l_without_a_letter(void)
{
	const char *fmt = "%l|%5l|%d%l"; /* gcc would warn about a literal */
	char text[64];

	snprintf(text, sizeof(text), fmt, 1UL << 40, 7UL, 1, -1UL);
	CHECK_EQ(strcmp(text, "1099511627776|    7|118446744073709551615"), 0);
}

static void printf_text(void)
{
	PRINTS("a|  b|c  |de|%", "%s|%3s|%-3s|%.2s|%%", "a", "b", "c", "def");
	PRINTS("x|  y", "%c|%3c", 'x', 'y');
	PRINTS("0x1234", "%p", (void *)0x1234);
}

static void snprintf_is_bounded(void)
{
	char text[4] = "zzz";

	CHECK_EQ(snprintf(text, sizeof(text), "%d", 123456), 6);
	CHECK_EQ(strcmp(text, "123"), 0);
	CHECK_EQ(snprintf(NULL, 0, "%s", "abc"), 3);
}

/* Run the function in a process of its own, and check all that it prints,
 * however that process ends. */
static void check_output(void (*print)(void), const char *expected)
{
	char text[32] = "";
	size_t length = 0;
	long n;
	int fds[2];

	xpipe(fds);
	if (xfork() == 0) {
		xclose(1);
		CHECK_EQ(dup(fds[1]), 1);
		xclose(fds[1]);
		print();
		exit(0);
	}
	xclose(fds[1]);
	while ((n = read(fds[0], text + length, sizeof(text) - 1 - length)) > 0)
		length += (size_t)n;
	wait(NULL);
	if (strcmp(text, expected) != 0)
		fail("'%s' was printed as '%s'", expected, text);
}

static void print_and_fault(void)
{
	printf("begun");
	*(volatile int *)USER_TOP = 1;
}

static void print_and_be_killed(void)
{
	printf("begun");
	kill(getpid());
}

static void text_before_a_bad_end_is_printed(void)
{
	check_output(print_and_fault, "begun");
	check_output(print_and_be_killed, "begun");
}

static void print_in_turn(void)
{
	int turn[2];

	xpipe(turn);
	printf("A");
	IN_CHILD() {
		signal_take(turn);
		printf("C");
	}
	printf("B");
	signal_give(turn);
	xwait(0);
	printf("D\n");
}

/* Each part must also be printed only once. */
static void processes_print_in_turn(void)
{
	check_output(print_in_turn, "ABCD\n");
}

/* Try every alignment and every short length. */
static void memory_functions_at_any_alignment(void)
{
	char from[80];
	char to[80];

	for (size_t i = 0; i < sizeof(from); i++)
		from[i] = (char)(i + 1);
	for (size_t at = 0; at < 9; at++) {
		for (size_t n = 0; n < 60; n++) {
			memset(to, 0, sizeof(to));
			memcpy(to + at, from + 3, n);
			CHECK_EQ(memcmp(to + at, from + 3, n), 0);
			CHECK_EQ(to[at + n], 0);
			memmove(to + at + 5, to + at, n);
			CHECK_EQ(memcmp(to + at + 5, from + 3, n), 0);
			memmove(to + at, to + at + 5, n);
			CHECK_EQ(memcmp(to + at, from + 3, n), 0);
			memset(to + at, 'x', n);
			CHECK(n == 0 || to[at + n - 1] == 'x');
			CHECK(to[at + n] != 'x');
		}
	}
}

static void strings_become_numbers(void)
{
	char *end;
	long value;

	CHECK_EQ(strtol(" -12x", &end, 10), -12);
	CHECK_EQ(*end, 'x');
	CHECK_EQ(strtol("0x1f", NULL, 0), 31);
	CHECK_EQ(strtol("017", NULL, 0), 15);
	CHECK_EQ(strtol("99999999999999999999", NULL, 10), 0x7fffffffffffffff);
	CHECK_EQ(atoi("42"), 42);
	CHECK(parse_number("42", &value) && value == 42);
	CHECK(!parse_number("4x", &value));
	CHECK(!parse_number("", &value));
	CHECK(!parse_number("-1", &value));
}

/* Blocks keep their contents while others are allocated, freed and resized. */
static void malloc_keeps_blocks_apart(void)
{
	enum { BLOCKS = 200 };
	static struct {
		uchar *bytes;
		size_t size;
	} blocks[BLOCKS];
	uint random = 1;

	for (int round = 0; round < 20000; round++) {
		random = random * 1664525 + 1013904223;
		int i = (int)(random >> 16) % BLOCKS;
		size_t size = (random >> 8) % (round % 50 == 0 ? 20000 : 200);
		uchar *bytes = realloc(blocks[i].bytes, size);

		CHECK(bytes != NULL && (uint64)bytes % 16 == 0);
		size_t kept = size < blocks[i].size ? size : blocks[i].size;
		for (size_t j = 0; j < kept; j += 7)
			CHECK_EQ(bytes[j], (uchar)i);
		memset(bytes, i, size);
		blocks[i].bytes = bytes;
		blocks[i].size = size;
		if (random % 3 == 0) {
			free(bytes);
			blocks[i].bytes = NULL;
			blocks[i].size = 0;
		}
	}
}

static void malloc_reuses_memory(void)
{
	char *end = NULL;

	for (int i = 0; i < 1000; i++) {
		char *a = malloc(10000);
		char *b = malloc(20);
		char *c = calloc(3, 5000);

		CHECK(a != NULL && b != NULL && c != NULL);
		CHECK_EQ(c[14999], 0);
		free(b);
		free(a);
		free(c);
		if (i == 0)
			end = sbrk(0);
	}
	CHECK(sbrk(0) == end);
}

static void malloc_of_too_much_fails(void)
{
	CHECK(malloc(1UL << 37) == NULL);
	CHECK(malloc(-1UL) == NULL);
	CHECK(calloc(1UL << 33, 1UL << 33) == NULL);
	CHECK(malloc(100) != NULL);
}

const struct test library_tests[] = {
	TEST(printf_numbers),
	TEST(printf_l_without_a_letter),
	TEST(printf_text),
	TEST(snprintf_is_bounded),
	TEST(text_before_a_bad_end_is_printed),
	TEST(processes_print_in_turn),
	TEST(memory_functions_at_any_alignment),
	TEST(strings_become_numbers),
	TEST(malloc_keeps_blocks_apart),
	TEST(malloc_reuses_memory),
	TEST(malloc_of_too_much_fails),
	TESTS_END,
};
