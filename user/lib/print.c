/* user/lib/print.c: print formatted text on standard output and other
 * descriptors.
 *
 * Each call writes all of its text before it returns. So no text is lost or
 * late if the program then faults, is killed, or waits for another one that
 * prints. Each line is written with one write(), so that the lines of several
 * programs do not mix on the console. */

#include "print.h"

#include "format.h"
#include "string.h"
#include "sys.h"

struct writer {
	struct sink sink; /* must be first: format() knows only this */
	int fd;
	int error; /* the first error */
	size_t used;
	size_t lines; /* bytes through the last newline in text */
	char text[PRINT_BUFFER];
};

int print_error;

/* Write the first n bytes of the buffer, and keep the rest. Bytes that cannot
 * be written are dropped. */
static void writer_flush(struct writer *w, size_t n)
{
	for (size_t done = 0; done < n;) {
		long written = write(w->fd, w->text + done, n - done);

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

int print_take_error(void)
{
	int error = print_error;

	print_error = 0;
	return error;
}

int vfprintf(int fd, const char *fmt, va_list args)
{
	struct writer w;

	w.sink.put = writer_put;
	w.fd = fd;
	w.error = 0;
	w.used = w.lines = 0;
	int length = format(&w.sink, fmt, args);
	writer_flush(&w, w.used);
	if (fd == 1 && print_error == 0)
		print_error = w.error;
	return w.error == 0 ? length : -1;
}

int vprintf(const char *fmt, va_list args)
{
	return vfprintf(1, fmt, args);
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

int fprintf(int fd, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	int length = vfprintf(fd, fmt, args);
	va_end(args);
	return length;
}
