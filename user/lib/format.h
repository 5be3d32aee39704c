/* user/lib/format.h: the common part of the printf() family. */
#pragma once

#include <stdarg.h>
#include <stddef.h>

struct sink {
	void (*put)(struct sink *sink, const char *text, size_t n);
};

/* Pass the text to the sink piece by piece. Returns its length. */
int format(struct sink *sink, const char *fmt, va_list args);
