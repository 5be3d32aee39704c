/* kernel/dev/history.h: the last lines that were typed. */
#pragma once

#include "lib/types.h"

#define HISTORY_SIZE 4096

struct history {
	char text[HISTORY_SIZE]; /* oldest first, each with a newline */
	uint32 len;
	uint32 shown; /* where the line that is shown begins; len: none is */
};

/* Remember a line, unless it is empty or the same as the last one; those that
 * are oldest make room. None is shown any more. */
void history_add(struct history *h, const char *line, uint32 n);

/* The line before the one that is shown, or behind it, is shown: its first
 * byte, and how many. NULL, and nothing changes, when there is none before.
 * Behind the newest one is none: 0 bytes. */
const char *history_older(struct history *h, uint32 *n);
const char *history_newer(struct history *h, uint32 *n);
