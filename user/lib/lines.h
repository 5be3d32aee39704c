/* user/lib/lines.h: read a file line by line. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define LINES_BUFFER 1024

struct lines {
	int fd;
	int error;        /* why lines_next() returned NULL; 0: the end */
	size_t chunk;     /* bytes to read; 1 reads nothing after the newline */
	size_t next, end; /* bytes read but not used: buf[next .. end - 1] */
	char *line;       /* the current line without its newline, and a NUL */
	size_t length;    /* of the line, which may contain NULs */
	bool has_newline; /* false: the file ended without one */
	size_t room;      /* bytes allocated for the line */
	size_t limit;     /* the longest line allowed */
	char buf[LINES_BUFFER];
};

/* Start reading from `fd`, which the caller closes. A line longer than `limit`
 * is skipped with the error E2BIG; 0 means that only memory is the limit. */
void lines_init(struct lines *lines, int fd, size_t limit);

/* The next line, valid until the next call; NULL at the end or after an
 * error. */
char *lines_next(struct lines *lines);

/* Free what lines_next() allocated. */
void lines_free(struct lines *lines);
