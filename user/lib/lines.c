/* user/lib/lines.c: read a file line by line. */

#include "lines.h"

#include "memory.h"
#include "string.h"
#include "sys.h"

#define FIRST_ROOM 128

void lines_init(struct lines *lines, int fd, size_t limit)
{
	lines->fd = fd;
	lines->error = 0;
	lines->chunk = sizeof(lines->buf);
	lines->next = lines->end = 0;
	lines->line = NULL;
	lines->length = lines->room = 0;
	lines->limit = limit == 0 ? (size_t)-1 : limit;
}

/* Read more if the buffer is empty; false at the end. */
static bool fill(struct lines *lines)
{
	if (lines->next < lines->end)
		return true;

	long n = read(lines->fd, lines->buf, lines->chunk);

	if (n < 0)
		lines->error = errno;
	lines->next = 0;
	lines->end = n > 0 ? (size_t)n : 0;
	return n > 0;
}

static void append(struct lines *lines, const char *text, size_t n)
{
	if (lines->error == 0 && n > lines->limit - lines->length)
		lines->error = E2BIG;
	if (lines->error != 0)
		return;
	if (lines->length + n + 1 > lines->room) {
		size_t room = 2 * (lines->length + n) + FIRST_ROOM;
		char *longer = realloc(lines->line, room);

		if (longer == NULL) {
			lines->error = ENOMEM;
			return;
		}
		lines->line = longer;
		lines->room = room;
	}
	memcpy(lines->line + lines->length, text, n);
	lines->length += n;
	lines->line[lines->length] = '\0';
}

/* Move bytes from the buffer to the line. Returns whether the line is
 * complete. */
static bool take(struct lines *lines)
{
	char *start = lines->buf + lines->next;
	size_t n = lines->end - lines->next;
	char *newline = memchr(start, '\n', n);

	if (newline != NULL)
		n = (size_t)(newline - start);
	append(lines, start, n);
	lines->next += newline == NULL ? n : n + 1;
	return newline != NULL;
}

char *lines_next(struct lines *lines)
{
	bool is_any = false;

	lines->length = 0;
	lines->error = 0;
	lines->has_newline = false;
	while (!lines->has_newline && fill(lines)) {
		lines->has_newline = take(lines);
		is_any = true;
	}
	return is_any && lines->error == 0 ? lines->line : NULL;
}

void lines_free(struct lines *lines)
{
	free(lines->line);
	lines->line = NULL;
	lines->room = 0;
}
