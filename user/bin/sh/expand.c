/* user/bin/sh/expand.c: words as typed to words as meant. */

#include "sh.h"

#define STATUS_SIZE 4 /* "255" and a NUL */

struct expansion {
	const char *p; /* in the word */
	char *out;     /* in the result */
	int status;
};

/* The status in place of the "$?" at p. */
static void put_status(struct expansion *e)
{
	e->out += snprintf(e->out, STATUS_SIZE, "%d", e->status);
	e->p += 2;
}

/* What the backslash at p protects. A line end after it vanishes. */
static void put_escaped(struct expansion *e)
{
	if (e->p[1] != '\n')
		*e->out++ = e->p[1];
	e->p += 2;
}

static void put_single_quoted(struct expansion *e)
{
	for (e->p++; *e->p != '\''; e->p++)
		*e->out++ = *e->p;
	e->p++;
}

static void put_double_quoted(struct expansion *e)
{
	for (e->p++; *e->p != '"';) {
		if (e->p[0] == '$' && e->p[1] == '?')
			put_status(e);
		else if (e->p[0] == '\\' && strchr("\\\"$`\n", e->p[1]) != NULL)
			put_escaped(e);
		else
			*e->out++ = *e->p++;
	}
	e->p++;
}

char *expand(const char *word, int status)
{
	/* "$?" is what grows, from two bytes to three at most. */
	char *result = arena_alloc(2 * strlen(word) + STATUS_SIZE);
	struct expansion e = { word, result, status };

	while (*e.p != '\0') {
		if (e.p[0] == '$' && e.p[1] == '?')
			put_status(&e);
		else if (e.p[0] == '\\')
			put_escaped(&e);
		else if (e.p[0] == '\'')
			put_single_quoted(&e);
		else if (e.p[0] == '"')
			put_double_quoted(&e);
		else
			*e.out++ = *e.p++;
	}
	*e.out = '\0';
	return result;
}
