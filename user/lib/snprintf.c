/* user/lib/snprintf.c: print formatted text to a buffer. */

#include "format.h"
#include "print.h"

struct buffer {
	struct sink sink; /* must be first: format() knows only this */
	char *next;
	size_t left; /* free bytes, not counting the one for the NUL */
};

static void buffer_put(struct sink *sink, const char *text, size_t n)
{
	struct buffer *b = (struct buffer *)sink;

	for (; n > 0 && b->left > 0; n--, b->left--)
		*b->next++ = *text++;
}

int vsnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
	struct buffer b = { { buffer_put }, buf, size == 0 ? 0 : size - 1 };
	int length = format(&b.sink, fmt, args);

	if (size != 0)
		*b.next = '\0';
	return length;
}

int snprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	int length = vsnprintf(buf, size, fmt, args);
	va_end(args);
	return length;
}
