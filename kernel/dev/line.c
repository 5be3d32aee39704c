/* kernel/dev/line.c: the line being typed.
 *
 * Every change is one splice(): it replaces some bytes and shows the rest of
 * the line again. A character is a byte and the UTF-8 bytes that continue it,
 * and is assumed to take one column. A tab is shown as a blank, so it takes one
 * too. */
#include "dev/line.h"

#include "lib/printf.h"
#include "lib/string.h"

#define KEY_HOME CTRL('A')
#define KEY_LEFT CTRL('B')
#define KEY_LINE_END CTRL('E')
#define KEY_RIGHT CTRL('F')
#define KEY_KILL_REST CTRL('K')
#define KEY_KILL CTRL('U')
#define KEY_WORD CTRL('W')
#define KEY_ESC '\033'
#define KEY_DELETE 0x7f

#define BELL "\a"
#define NOTE_SIZE 80

static void show(const struct line *l, const char *text)
{
	l->show(text, strlen(text));
}

static bool continues_character(char c)
{
	return ((uint8)c & 0xc0) == 0x80;
}

static uint32 columns(const struct line *l, uint32 from, uint32 to)
{
	uint32 n = 0;

	for (; from < to; from++)
		n += !continues_character(l->text[from]);
	return n;
}

static void show_bytes(const struct line *l, uint32 from, uint32 to)
{
	while (from < to) {
		uint32 end = from;

		while (end < to && l->text[end] != '\t')
			end++;
		l->show(&l->text[from], end - from);
		if (end < to)
			show(l, " ");
		from = end + 1;
	}
}

static void move(struct line *l, uint32 to)
{
	if (to > l->cursor)
		show_bytes(l, l->cursor, to);
	else
		for (uint32 n = columns(l, to, l->cursor); n > 0; n--)
			show(l, "\b");
	l->cursor = to;
}

/* The start of the character before the cursor, or of the one after it. */
static uint32 before(const struct line *l)
{
	uint32 at = l->cursor;

	while (at > 0 && continues_character(l->text[--at]))
		;
	return at;
}

static uint32 after(const struct line *l)
{
	uint32 at = MIN(l->cursor + 1, l->len);

	while (at < l->len && continues_character(l->text[at]))
		at++;
	return at;
}

static uint32 word_start(const struct line *l)
{
	uint32 at = l->cursor;

	while (at > 0 && l->text[at - 1] == ' ')
		at--;
	while (at > 0 && l->text[at - 1] != ' ')
		at--;
	return at;
}

/* Replace text[from .. to - 1] by with[0 .. n - 1], and put the cursor after
 * it. The line must stay shorter than LINE_MAX, because finish() adds a
 * newline. */
static void splice(struct line *l, uint32 from, uint32 to, const char *with,
		   uint32 n)
{
	uint32 old_columns = columns(l, from, l->len);

	move(l, from);
	memmove(l->text + from + n, l->text + to, l->len - to);
	memcpy(l->text + from, with, n);
	l->len = l->len - (to - from) + n;
	move(l, l->len);

	uint32 new_columns = columns(l, from, l->len);

	for (uint32 i = new_columns; i < old_columns; i++)
		show(l, " ");
	for (uint32 i = new_columns; i < old_columns; i++)
		show(l, "\b");
	move(l, from + n);
}

static void insert(struct line *l, char c)
{
	if (l->len < LINE_MAX - 1)
		splice(l, l->cursor, l->cursor, &c, 1);
	else if (l->dropped++ == 0)
		show(l, BELL);
}

static void show_older(struct line *l)
{
	uint32 n, draft_len = l->len;
	bool is_first = l->history.shown == l->history.len;
	const char *text = history_older(&l->history, &n);

	if (text == NULL)
		return;
	if (is_first) {
		memcpy(l->draft, l->text, draft_len);
		l->draft_len = draft_len;
	}
	splice(l, 0, l->len, text, n);
}

static void show_newer(struct line *l)
{
	uint32 n;
	const char *text = history_newer(&l->history, &n);

	if (text == NULL)
		return;
	if (l->history.shown == l->history.len)
		splice(l, 0, l->len, l->draft, l->draft_len);
	else
		splice(l, 0, l->len, text, n);
}

/* End the line. If bytes were dropped, report it in words. */
static void finish(struct line *l)
{
	char note[NOTE_SIZE];

	history_add(&l->history, l->text, l->len);
	move(l, l->len);
	l->text[l->len++] = '\n';
	show(l, "\n");
	if (l->dropped == 0)
		return;
	ksnprintf(note, sizeof(note),
		  "console: line too long: its last %u bytes are lost\n",
		  l->dropped);
	show(l, note);
}

static void plain_key(struct line *l, char key)
{
	switch (key) {
	case '\b':
	case KEY_DELETE:
		splice(l, before(l), l->cursor, "", 0);
		break;
	case KEY_WORD:
		splice(l, word_start(l), l->cursor, "", 0);
		break;
	case KEY_KILL:
		splice(l, 0, l->len, "", 0);
		break;
	case KEY_KILL_REST:
		splice(l, l->cursor, l->len, "", 0);
		break;
	case KEY_HOME:
		move(l, 0);
		break;
	case KEY_LINE_END:
		move(l, l->len);
		break;
	case KEY_LEFT:
		move(l, before(l));
		break;
	case KEY_RIGHT:
		move(l, after(l));
		break;
	case KEY_ESC:
		l->state = KEY_ESCAPE;
		break;
	default:
		if ((uint8)key >= ' ' || key == '\t')
			insert(l, key);
	}
}

/* Handle the last byte of the sequence that a terminal sends for a key, such as
 * ESC [ A, ESC O A or ESC [ 3 ~ (ECMA-48, "Control Functions for Coded
 * Character Sets", 5.4). Unknown sequences are ignored. */
static void sequence_key(struct line *l, char last)
{
	static const char by_number[] = "-H-PF--HF"; /* [1] is for ESC [ 1 ~ */

	if (last == '~')
		last = l->parameter < ARRAY_LEN(by_number)
			       ? by_number[l->parameter]
			       : '\0';
	switch (last) {
	case 'A':
		show_older(l);
		break;
	case 'B':
		show_newer(l);
		break;
	case 'C':
		move(l, after(l));
		break;
	case 'D':
		move(l, before(l));
		break;
	case 'H':
		move(l, 0);
		break;
	case 'F':
		move(l, l->len);
		break;
	case 'P':
		splice(l, l->cursor, after(l), "", 0);
	}
}

/* Handle a byte within a sequence. Parameters and intermediate bytes are at
 * most '?'; a greater byte ends the sequence. */
static void escaped_key(struct line *l, char key)
{
	if (l->state == KEY_ESCAPE) {
		l->state = key == '[' || key == 'O' ? KEY_SEQUENCE : KEY_PLAIN;
		l->parameter = 0;
	} else if (key >= '0' && key <= '9') {
		l->parameter = l->parameter * 10 + (uint32)(key - '0');
	} else if (key == ';') {
		l->parameter = 0;
	} else if (key >= '@') {
		l->state = KEY_PLAIN;
		sequence_key(l, key);
	}
}

bool line_key(struct line *l, char key)
{
	bool is_escaped = l->state != KEY_PLAIN && (uint8)key >= ' ';

	if (is_escaped) {
		escaped_key(l, key);
		return false;
	}
	l->state = KEY_PLAIN;
	if (key == '\r' || key == '\n')
		finish(l);
	else if (key != KEY_END)
		plain_key(l, key);
	return key == '\r' || key == '\n' || key == KEY_END;
}

void line_clear(struct line *l)
{
	l->len = l->cursor = l->dropped = 0;
	l->state = KEY_PLAIN;
	l->history.shown = l->history.len;
}

void line_show(struct line *l)
{
	uint32 cursor = l->cursor;

	l->cursor = 0;
	move(l, l->len);
	move(l, cursor);
}
