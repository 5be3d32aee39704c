/* user/lib/print.c: formatted text to standard output and other descriptors.
 *
 * Lines leave in one write() each, so that those of several programs do not mix
 * on the console. */

#include "print.h"

#include "format.h"
#include "string.h"
#include "sys.h"

struct writer {
	struct sink sink; /* first: format() knows only this */
	int fd;
	int error; /* what went wrong first */
	size_t used;
	size_t lines; /* bytes up to and with the last newline in text */
	char text[PRINT_BUFFER];
};

long sys_write(int fd, const void *buf, size_t n);

int print_error;

/* Write the first n bytes held, and keep the rest. What cannot be written is
 * dropped. */
static void writer_flush(struct writer *w, size_t n)
{
	for (size_t done = 0; done < n;) {
		long written = sys_write(w->fd, w->text + done, n - done);

		if (written <= 0) {
			if (w->error == 0)
				w->error = errno;
			break;
		}
		done += (size_t)written;
	}
	w->used -= n;
	memmove(w->text, w->text + n, w->used);
	w->lines = 0;
}

static void writer_put(struct sink *sink, const char *text, size_t n)
{
	struct writer *w = (struct writer *)sink;

	while (n-- > 0) {
		if (w->used == sizeof(w->text))
			writer_flush(w, w->lines != 0 ? w->lines : w->used);
		w->text[w->used++] = *text;
		if (*text++ == '\n')
			w->lines = w->used;
	}
}

static struct writer standard_output = { .sink = { writer_put }, .fd = 1 };

static void standard_output_flush(size_t n)
{
	if (n == 0)
		return;
	writer_flush(&standard_output, n);
	if (print_error == 0)
		print_error = standard_output.error;
}

void print_flush(void)
{
	standard_output_flush(standard_output.used);
}

int print_take_error(void)
{
	print_flush();

	int error = print_error;

	print_error = standard_output.error = 0;
	return error;
}

int vprintf(const char *fmt, va_list args)
{
	int length = format(&standard_output.sink, fmt, args);

	standard_output_flush(standard_output.lines);
	return standard_output.error == 0 ? length : -1;
}

int printf(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	int length = vprintf(fmt, args);
	va_end(args);
	return length;
}

int puts(const char *line)
{
	return printf("%s\n", line);
}

int putchar(int c)
{
	return printf("%c", c) < 0 ? -1 : c;
}

int vfprintf(int fd, const char *fmt, va_list args)
{
	if (fd == 1)
		return vprintf(fmt, args);
	if (fd == 2)
		print_flush();

	struct writer w;

	w.sink.put = writer_put;
	w.fd = fd;
	w.error = 0;
	w.used = w.lines = 0;
	int length = format(&w.sink, fmt, args);
	writer_flush(&w, w.used);
	return w.error == 0 ? length : -1;
}

int fprintf(int fd, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	int length = vfprintf(fd, fmt, args);
	va_end(args);
	return length;
}
