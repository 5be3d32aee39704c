/* user/lib/format.h: what the printf family is made of. */
#pragma once

#include <stdarg.h>
#include <stddef.h>

struct sink {
	void (*put)(struct sink *sink, const char *text, size_t n);
};

/* Send the text piece by piece to the sink; returns its length. */
int format(struct sink *sink, const char *fmt, va_list args);
