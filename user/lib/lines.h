/* user/lib/lines.h: reading a file line by line. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define LINES_BUFFER 1024

struct lines {
	int fd;
	int error;    /* why lines_next() gave NULL; 0: at the end */
	size_t chunk; /* bytes to ask for; 1 leaves what follows to others */
	size_t next,
		end;   /* bytes read and not yet used: buf[next .. end - 1] */
	char *line;    /* the last line, without its newline, NUL-ended */
	size_t length; /* of it; it may have NULs in it */
	bool has_newline; /* false: the file ended without one */
	size_t room;      /* bytes that line has room for */
	size_t limit;     /* the longest line allowed */
	char buf[LINES_BUFFER];
};

/* `fd` stays the caller's. Lines longer than `limit` are skipped with error
 * E2BIG; 0 means no limit but memory. */
void lines_init(struct lines *lines, int fd, size_t limit);

/* The next line, valid until the next call; NULL at the end or after an
 * error. */
char *lines_next(struct lines *lines);

/* Free what lines_next() allocated. */
void lines_free(struct lines *lines);
