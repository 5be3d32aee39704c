/* kernel/lib/printf.c: formatted text. */
#include "lib/printf.h"

#include "lib/string.h"

#define LINE_LEN 256  /* bytes of one kernel message, including its NUL */
#define NUMBER_LEN 24 /* digits of any 64-bit number and a sign */

/* The output so far. Bytes that do not fit are only counted. */
struct text {
	char *buf;
	uint64 size; /* of buf */
	uint64 len;  /* bytes so far */
};

/* One conversion: what is between the % and its letter. */
struct spec {
	bool zero; /* pad numbers with 0 */
	bool left; /* pad on the right */
	bool is_long;
	uint64 width;
};

static void (*sink)(const char *text, uint64 n);

static void put_char(struct text *text, char c)
{
	if (text->len + 1 < text->size)
		text->buf[text->len] = c;
	text->len++;
}

static void put_repeated(struct text *text, char c, uint64 times)
{
	while (times-- > 0)
		put_char(text, c);
}

static void put_padded(struct text *text, const struct spec *spec,
		       const char *s, uint64 n)
{
	uint64 padding = spec->width > n ? spec->width - n : 0;

	if (!spec->left)
		put_repeated(text, spec->zero ? '0' : ' ', padding);
	for (uint64 i = 0; i < n; i++)
		put_char(text, s[i]);
	if (spec->left)
		put_repeated(text, ' ', padding);
}

static void put_number(struct text *text, const struct spec *spec, uint64 value,
		       uint64 base, bool negative)
{
	char digits[NUMBER_LEN];
	char *first = digits + NUMBER_LEN;

	do {
		*--first = "0123456789abcdef"[value % base];
		value /= base;
	} while (value != 0);
	if (negative)
		*--first = '-';
	put_padded(text, spec, first, (uint64)(digits + NUMBER_LEN - first));
}

static const char *parse_spec(const char *fmt, struct spec *spec)
{
	*spec = (struct spec){ 0 };
	for (;; fmt++) {
		if (*fmt == '0')
			spec->zero = true;
		else if (*fmt == '-')
			spec->left = true;
		else
			break;
	}
	for (; *fmt >= '0' && *fmt <= '9'; fmt++)
		spec->width = 10 * spec->width + (uint64)(*fmt - '0');
	for (; *fmt == 'l'; fmt++)
		spec->is_long = true;
	return fmt;
}

static void put_signed(struct text *text, const struct spec *spec, int64 value)
{
	uint64 magnitude = value < 0 ? -(uint64)value : (uint64)value;

	put_number(text, spec, magnitude, 10, value < 0);
}

static void put_string(struct text *text, struct spec *spec, const char *s)
{
	if (s == NULL)
		s = "(null)";
	spec->zero = false;
	put_padded(text, spec, s, strlen(s));
}

int kvsnprintf(char *buf, uint64 size, const char *fmt, __builtin_va_list args)
{
	struct text text = { .buf = buf, .size = size };
	struct spec spec;

	for (; *fmt != '\0'; fmt++) {
		if (*fmt != '%') {
			put_char(&text, *fmt);
			continue;
		}
		fmt = parse_spec(fmt + 1, &spec);
		if (*fmt == 'd' || *fmt == 'i')
			put_signed(&text, &spec,
				   spec.is_long ? __builtin_va_arg(args, int64)
						: __builtin_va_arg(args, int));
		else if (*fmt == 'u' || *fmt == 'x')
			put_number(&text, &spec,
				   spec.is_long ? __builtin_va_arg(args, uint64)
						: __builtin_va_arg(args, uint),
				   *fmt == 'x' ? 16 : 10, false);
		else if (*fmt == 'p')
			put_number(&text, &spec,
				   (uint64) __builtin_va_arg(args, void *), 16,
				   false);
		else if (*fmt == 's')
			put_string(&text, &spec,
				   __builtin_va_arg(args, const char *));
		else if (*fmt == 'c')
			put_char(&text, (char)__builtin_va_arg(args, int));
		else if (*fmt == '%')
			put_char(&text, '%');
		else
			break; /* unknown; the compiler warns about it */
	}
	if (size > 0)
		buf[MIN(text.len, size - 1)] = '\0';
	return (int)text.len;
}

int ksnprintf(char *buf, uint64 size, const char *fmt, ...)
{
	__builtin_va_list args;

	__builtin_va_start(args, fmt);
	int len = kvsnprintf(buf, size, fmt, args);
	__builtin_va_end(args);
	return len;
}

void kprintf(const char *fmt, ...)
{
	char line[LINE_LEN];
	__builtin_va_list args;

	__builtin_va_start(args, fmt);
	int len = kvsnprintf(line, sizeof(line), fmt, args);
	__builtin_va_end(args);
	if (sink != NULL)
		sink(line, MIN((uint64)len, sizeof(line) - 1));
}

void kprintf_set_sink(void (*write)(const char *text, uint64 n))
{
	sink = write;
}
