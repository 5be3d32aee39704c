/* kernel/dev/line.h: the line that is being typed: keys edit it, and the screen
 * shows it. */
#pragma once

#include "dev/history.h"

#define LINE_MAX 4096 /* bytes of a line, its newline included */

#define CTRL(letter) ((letter) - '@')
#define KEY_INTERRUPT CTRL('C')
#define KEY_END CTRL('D')
#define KEY_CLEAR CTRL('L')
#define KEY_LIST CTRL('P')

struct line {
	void (*show)(const char *text, uint64 n); /* [init] */
	char text[LINE_MAX];
	uint32 len;
	uint32 cursor;  /* index of the byte that it is on; len: behind all */
	uint32 dropped; /* bytes that found no room */
	enum { KEY_PLAIN, KEY_ESCAPE, KEY_SEQUENCE } state;
	uint32 parameter; /* of the sequence so far: its last number */
	struct history history;
	char draft[LINE_MAX]; /* what was typed when history was first shown */
	uint32 draft_len;
};

/* Take a key, which is no control character with a meaning beyond the line.
 * Returns whether it ends the line: then text[0 .. len - 1] ends with a newline
 * or, after KEY_END, is all that was typed so far. */
bool line_key(struct line *l, char key);

/* Begin an empty line. */
void line_clear(struct line *l);

/* Show the line again, the cursor being where it begins. */
void line_show(struct line *l);
