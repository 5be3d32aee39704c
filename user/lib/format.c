/* user/lib/format.c: the conversions of printf(). */

#include "format.h"

#include <stdbool.h>

#include "string.h"

/* 64 binary digits, or 22 octal ones and a prefix. */
#define DIGITS_SIZE 64

struct conversion {
	bool left, plus, space, alternate, zeros;
	int width;
	int precision; /* -1: not given */
	int size;      /* bytes of an integer argument */
	char kind;
};

struct output {
	struct sink *sink;
	int length;
};

static void emit(struct output *out, const char *text, size_t n)
{
	if (n == 0)
		return;
	out->sink->put(out->sink, text, n);
	out->length += (int)n;
}

static void emit_repeated(struct output *out, char c, int n)
{
	while (n-- > 0)
		emit(out, &c, 1);
}

/* Emit the prefix, zeros and the text, padded with blanks to the width. */
static void emit_field(struct output *out, const struct conversion *conv,
		       const char *prefix, int zeros, const char *text, int n)
{
	int prefix_len = (int)strlen(prefix);
	int blanks = conv->width - prefix_len - zeros - n;

	if (!conv->left)
		emit_repeated(out, ' ', blanks);
	emit(out, prefix, (size_t)prefix_len);
	emit_repeated(out, '0', zeros);
	emit(out, text, (size_t)n);
	if (conv->left)
		emit_repeated(out, ' ', blanks);
}

static uint base_of(char kind)
{
	switch (kind) {
	case 'b':
		return 2;
	case 'o':
		return 8;
	case 'x':
	case 'X':
	case 'p':
		return 16;
	default:
		return 10;
	}
}

/* Write the digits of `value` so that they end just before `end`. Returns where
 * they start. */
static char *digits_before(char *end, uint64 value, char kind)
{
	const char *digits =
		kind == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
	uint base = base_of(kind);

	for (; value != 0; value /= base)
		*--end = digits[value % base];
	return end;
}

static void emit_number(struct output *out, const struct conversion *conv,
			uint64 value, const char *prefix)
{
	char buf[DIGITS_SIZE];
	char *end = buf + sizeof(buf);
	char *text = digits_before(end, value, conv->kind);
	int n = (int)(end - text);
	int least = conv->precision >= 0 ? conv->precision : 1;

	if (conv->zeros && !conv->left && conv->precision < 0)
		least = conv->width - (int)strlen(prefix);
	if (conv->alternate && conv->kind == 'o' && least <= n)
		least = n + 1;
	emit_field(out, conv, prefix, least > n ? least - n : 0, text, n);
}

static void emit_signed(struct output *out, const struct conversion *conv,
			int64 value)
{
	const char *prefix = conv->plus ? "+" : conv->space ? " " : "";
	uint64 magnitude = (uint64)value;

	if (value < 0) {
		prefix = "-";
		magnitude = -magnitude;
	}
	emit_number(out, conv, magnitude, prefix);
}

static void emit_unsigned(struct output *out, const struct conversion *conv,
			  uint64 value)
{
	const char *prefix = "";

	if (conv->kind == 'p')
		prefix = "0x";
	else if (conv->alternate && value != 0 && conv->kind == 'x')
		prefix = "0x";
	else if (conv->alternate && value != 0 && conv->kind == 'X')
		prefix = "0X";
	else if (conv->alternate && value != 0 && conv->kind == 'b')
		prefix = "0b";
	emit_number(out, conv, value, prefix);
}

static void emit_string(struct output *out, const struct conversion *conv,
			const char *s)
{
	int n = 0;

	if (s == NULL)
		s = "(null)";
	while (n != conv->precision && s[n] != '\0')
		n++;
	emit_field(out, conv, "", 0, s, n);
}

static int64 narrow_signed(int64 value, int size)
{
	int unused_bits = 64 - 8 * size;

	return (int64)((uint64)value << unused_bits) >> unused_bits;
}

static uint64 narrow_unsigned(uint64 value, int size)
{
	int unused_bits = 64 - 8 * size;

	return value << unused_bits >> unused_bits;
}

static const char *parse_flags(const char *p, struct conversion *conv)
{
	for (;; p++) {
		if (*p == '-')
			conv->left = true;
		else if (*p == '+')
			conv->plus = true;
		else if (*p == ' ')
			conv->space = true;
		else if (*p == '#')
			conv->alternate = true;
		else if (*p == '0')
			conv->zeros = true;
		else
			return p;
	}
}

static const char *parse_count(const char *p, int *count, va_list *args)
{
	if (*p == '*') {
		*count = va_arg(*args, int);
		return p + 1;
	}
	for (*count = 0; *p >= '0' && *p <= '9'; p++)
		*count = *count * 10 + (*p - '0');
	return p;
}

static const char *parse_size(const char *p, struct conversion *conv)
{
	conv->size = sizeof(int);
	for (;; p++) {
		if (*p == 'l' || *p == 'z' || *p == 'j' || *p == 't')
			conv->size = sizeof(long);
		else if (*p == 'h')
			conv->size /= 2;
		else
			return p;
	}
}

static bool is_kind(char c)
{
	return c != '\0' && strchr("diuxXobcsp%", c) != NULL;
}

/* Parse a conversion, from after the % through its letter. */
static const char *parse_conversion(const char *p, struct conversion *conv,
				    va_list *args)
{
	*conv = (struct conversion){ .precision = -1 };
	p = parse_flags(p, conv);
	p = parse_count(p, &conv->width, args);
	if (conv->width < 0) {
		conv->left = true;
		conv->width = -conv->width;
	}
	if (*p == '.')
		p = parse_count(p + 1, &conv->precision, args);
	p = parse_size(p, conv);
	if (p[-1] == 'l' && !is_kind(*p)) {
		conv->kind = 'u'; /* %l of xv6, without another letter */
		return p;
	}
	conv->kind = *p;
	return *p == '\0' ? p : p + 1;
}

static uint64 next_integer(const struct conversion *conv, va_list *args)
{
	return conv->size == sizeof(long) ? va_arg(*args, uint64)
					  : va_arg(*args, uint);
}

static void convert(struct output *out, const struct conversion *conv,
		    va_list *args)
{
	char c;

	switch (conv->kind) {
	case 'd':
	case 'i':
		emit_signed(out, conv,
			    narrow_signed((int64)next_integer(conv, args),
					  conv->size));
		break;
	case 'u':
	case 'x':
	case 'X':
	case 'o':
	case 'b':
		emit_unsigned(
			out, conv,
			narrow_unsigned(next_integer(conv, args), conv->size));
		break;
	case 'p':
		emit_unsigned(out, conv, (uint64)va_arg(*args, void *));
		break;
	case 's':
		emit_string(out, conv, va_arg(*args, const char *));
		break;
	case 'c':
		c = (char)va_arg(*args, int);
		emit_field(out, conv, "", 0, &c, 1);
		break;
	default: /* unknown: print it unchanged */
		emit(out, "%", 1);
		if (conv->kind != '%' && conv->kind != '\0')
			emit(out, &conv->kind, 1);
	}
}

int format(struct sink *sink, const char *fmt, va_list args_in)
{
	struct output out = { .sink = sink };
	struct conversion conv;
	va_list args;

	va_copy(args, args_in);
	while (*fmt != '\0') {
		const char *percent = strchr(fmt, '%');

		if (percent == NULL) {
			emit(&out, fmt, strlen(fmt));
			break;
		}
		emit(&out, fmt, (size_t)(percent - fmt));
		fmt = parse_conversion(percent + 1, &conv, &args);
		convert(&out, &conv, &args);
	}
	va_end(args);
	return out.length;
}
