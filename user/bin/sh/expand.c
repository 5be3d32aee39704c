/* user/bin/sh/expand.c: expand the words of a command. */

#include "sh.h"

struct expansion {
	const char *p; /* current position in the word */
	int status;
	struct pattern out;
	size_t length, room; /* of the result */
	bool is_quoted;      /* has quotes: stays a word even if empty */
};

/* Append a byte. `is_active` marks a * or ? that matches other bytes. */
static void put(struct expansion *e, char c, bool is_active)
{
	if (e->length + 1 >= e->room) {
		size_t room = 2 * e->room + 32;
		char *text = arena_alloc(room);
		bool *active = arena_alloc(room * sizeof(*active));

		memcpy(text, e->out.text, e->length);
		memcpy(active, e->out.active, e->length * sizeof(*active));
		e->out.text = text;
		e->out.active = active;
		e->room = room;
	}
	e->out.text[e->length] = c;
	e->out.active[e->length++] = is_active;
	e->out.has_active |= is_active;
}

/* Append the value of the $ at p, or the $ itself if it has none. A value is
 * not split into words, and its * and ? match only themselves. */
static void put_dollar(struct expansion *e)
{
	const char *value = dollar(&e->p, e->status);

	if (value == NULL)
		put(e, *e->p++, false);
	else
		while (*value != '\0')
			put(e, *value++, false);
}

/* Append the character after the backslash at p. A newline is dropped. */
static void put_escaped(struct expansion *e)
{
	if (e->p[1] != '\n')
		put(e, e->p[1], false);
	e->p += 2;
}

static void put_single_quoted(struct expansion *e)
{
	for (e->p++; *e->p != '\''; e->p++)
		put(e, *e->p, false);
	e->p++;
	e->is_quoted = true;
}

static void put_double_quoted(struct expansion *e)
{
	for (e->p++; *e->p != '"';) {
		if (*e->p == '$')
			put_dollar(e);
		else if (e->p[0] == '\\' && strchr("\\\"$`\n", e->p[1]) != NULL)
			put_escaped(e);
		else
			put(e, *e->p++, false);
	}
	e->p++;
	e->is_quoted = true;
}

static struct expansion expand_word(const char *word, int status)
{
	struct expansion e = { .p = word, .status = status };

	while (*e.p != '\0') {
		if (*e.p == '$')
			put_dollar(&e);
		else if (*e.p == '\\')
			put_escaped(&e);
		else if (*e.p == '\'')
			put_single_quoted(&e);
		else if (*e.p == '"')
			put_double_quoted(&e);
		else {
			put(&e, *e.p, *e.p == '*' || *e.p == '?');
			e.p++;
		}
	}
	put(&e, '\0', false);
	return e;
}

char *expand(const char *word, int status)
{
	return expand_word(word, status).out.text;
}

void names_add(struct names *names, char *name)
{
	if (names->count + 1 >= names->room) {
		size_t room = 2 * names->room + 16;
		char **list = arena_alloc(room * sizeof(*list));

		memcpy(list, names->list, names->count * sizeof(*list));
		names->list = list;
		names->room = room;
	}
	names->list[names->count++] = name;
	names->list[names->count] = NULL;
}

void expand_into(struct names *names, const char *word, int status)
{
	struct expansion e = expand_word(word, status);

	if (e.out.has_active && glob(names, &e.out))
		return;
	if (e.out.text[0] != '\0' || e.is_quoted || *word == '\0')
		names_add(names, e.out.text);
}
