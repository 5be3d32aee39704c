/* kernel/dev/line.h: the line being typed. Keys edit it, and the screen shows
 * it. */
#pragma once

#include "dev/history.h"

#define LINE_MAX 4096 /* bytes of a line, including its newline */

#define CTRL(letter) ((letter) - '@')
#define KEY_INTERRUPT CTRL('C')
#define KEY_END CTRL('D')
#define KEY_CLEAR CTRL('L')
#define KEY_LIST CTRL('P')

struct line {
	void (*show)(const char *text, uint64 n); /* [init] */
	char text[LINE_MAX];
	uint32 len;
	uint32 cursor;  /* index of the byte under it; len: at the end */
	uint32 dropped; /* number of bytes for which there was no room */
	enum { KEY_PLAIN, KEY_ESCAPE, KEY_SEQUENCE } state;
	uint32 parameter; /* the last number in the sequence so far */
	struct history history;
	char draft[LINE_MAX]; /* the line before it was replaced by history */
	uint32 draft_len;
};

/* Handle a key, except KEY_INTERRUPT, KEY_CLEAR and KEY_LIST. Returns whether
 * it ends the line: text[0 .. len - 1] then ends with a newline, or after
 * KEY_END is what was typed so far. */
bool line_key(struct line *l, char key);

/* Begin an empty line. */
void line_clear(struct line *l);

/* Show the line again. The terminal's cursor must be where the line starts. */
void line_show(struct line *l);
