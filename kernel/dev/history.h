/* kernel/dev/history.h: the lines typed most recently. */
#pragma once

#include "lib/types.h"

#define HISTORY_SIZE 4096

struct history {
	char text[HISTORY_SIZE]; /* oldest line first, each with a newline */
	uint32 len;
	uint32 shown; /* start of the line on the screen; len: none */
};

/* Add a line, unless it is empty or equal to the newest one. The oldest lines
 * make room. No line is on the screen then. */
void history_add(struct history *h, const char *line, uint32 n);

/* Move to the line before the one on the screen, or after it, and return its
 * text and its length in *n. Returns NULL, and moves nowhere, if there is no
 * such line. After the newest line comes an empty one. */
const char *history_older(struct history *h, uint32 *n);
const char *history_newer(struct history *h, uint32 *n);
