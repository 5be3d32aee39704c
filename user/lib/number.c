/* user/lib/number.c: numbers in strings. */

#include "string.h"

#define LONG_LIMIT (1UL << 63) /* the magnitude of the smallest long */

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'Z')
		return c - 'A' + 10;
	return 99;
}

static const char *skip_base(const char *s, int *base)
{
	bool is_hex = s[0] == '0' && (s[1] == 'x' || s[1] == 'X') &&
		      digit_value(s[2]) < 16;

	if (is_hex && (*base == 0 || *base == 16)) {
		*base = 16;
		return s + 2;
	}
	if (*base == 0)
		*base = s[0] == '0' ? 8 : 10;
	return s;
}

/* Parse the digits at s. A value above `limit` becomes `limit`. Returns the
 * address after the last digit. */
static const char *digits_parse(const char *s, uint base, uint64 limit,
				uint64 *value)
{
	for (*value = 0; (uint)digit_value(*s) < base; s++) {
		uint digit = (uint)digit_value(*s);

		if (*value > (limit - digit) / base)
			*value = limit;
		else
			*value = *value * base + digit;
	}
	return s;
}

long strtol(const char *s, char **end, int base)
{
	const char *p = s;
	uint64 magnitude;

	while (*p == ' ' || (*p >= '\t' && *p <= '\r'))
		p++;
	bool is_negative = *p == '-';
	if (*p == '-' || *p == '+')
		p++;
	const char *digits = skip_base(p, &base);
	uint64 limit = is_negative ? LONG_LIMIT : LONG_LIMIT - 1;
	p = digits_parse(digits, (uint)base, limit, &magnitude);
	if (end != NULL)
		*end = (char *)(p == digits ? s : p);
	return (long)(is_negative ? -magnitude : magnitude);
}

int atoi(const char *s)
{
	return (int)strtol(s, NULL, 10);
}

bool parse_number(const char *s, long *value)
{
	char *end;

	if (digit_value(*s) > 9)
		return false;
	*value = strtol(s, &end, 10);
	return *end == '\0' && (uint64)*value != LONG_LIMIT - 1;
}
