/* user/bin/sh/vars.c: variables and other values of $. */

#include "sh.h"

#define NUMBER_SIZE 12 /* bytes of any int as text */

struct variable {
	struct variable *next;
	char *text; /* NAME=value */
	bool is_exported;
};

int last_background;

static struct variable *variables; /* sorted by name */
static char **params;              /* $0, $1 and so on */
static int nparams;

size_t name_length(const char *text)
{
	size_t n = 0;

	while (text[n] == '_' || (text[n] >= 'a' && text[n] <= 'z') ||
	       (text[n] >= 'A' && text[n] <= 'Z') ||
	       (n > 0 && text[n] >= '0' && text[n] <= '9'))
		n++;
	return n;
}

bool is_assignment(const char *word)
{
	size_t n = name_length(word);

	return n > 0 && word[n] == '=';
}

/* The place of the variable in the list, or the place where it belongs. */
static struct variable **find(const char *name, size_t length)
{
	struct variable **v = &variables;

	while (*v != NULL && strncmp((*v)->text, name, length) < 0)
		v = &(*v)->next;
	return v;
}

static bool is_of(const struct variable *v, const char *name, size_t length)
{
	return v != NULL && strncmp(v->text, name, length) == 0 &&
	       v->text[length] == '=';
}

void variable_set(const char *assignment, bool is_exported)
{
	size_t length = name_length(assignment);
	struct variable **v = find(assignment, length + 1);

	if (!is_of(*v, assignment, length)) {
		struct variable *made = xmalloc(sizeof(*made));

		*made = (struct variable){ .next = *v };
		*v = made;
	}
	free((*v)->text);
	(*v)->text = xmalloc(strlen(assignment) + 1);
	strcpy((*v)->text, assignment);
	(*v)->is_exported |= is_exported;
}

void variable_export(const char *name)
{
	size_t length = strlen(name);

	for (struct variable *v = variables; v != NULL; v = v->next) {
		if (is_of(v, name, length)) {
			v->is_exported = true;
			return;
		}
	}

	char *empty = arena_alloc(length + 2);

	memcpy(empty, name, length);
	empty[length] = '=';
	variable_set(empty, true);
}

void variable_unset(const char *name)
{
	size_t length = strlen(name);
	struct variable **v = &variables;

	while (*v != NULL && !is_of(*v, name, length))
		v = &(*v)->next;
	if (*v == NULL)
		return;

	struct variable *gone = *v;

	*v = gone->next;
	free(gone->text);
	free(gone);
}

void variables_init(int count, char **words)
{
	params = words;
	nparams = count;
	for (char **e = environ; *e != NULL; e++)
		if (is_assignment(*e))
			variable_set(*e, true);
}

char **variables_exported(void)
{
	size_t count = 0;

	for (struct variable *v = variables; v != NULL; v = v->next)
		count += v->is_exported;

	char **envp = arena_alloc((count + 1) * sizeof(*envp));
	size_t i = 0;

	for (struct variable *v = variables; v != NULL; v = v->next)
		if (v->is_exported)
			envp[i++] = v->text;
	return envp;
}

static const char *number(int value)
{
	char *text = arena_alloc(NUMBER_SIZE);

	snprintf(text, NUMBER_SIZE, "%d", value);
	return text;
}

static const char *variable_value(const char *name, size_t length)
{
	for (struct variable *v = variables; v != NULL; v = v->next)
		if (is_of(v, name, length))
			return v->text + length + 1;
	return "";
}

const char *dollar(const char **text, int status)
{
	const char *p = *text + 1;
	bool has_braces = *p == '{';
	const char *name = p + has_braces;
	size_t length = name_length(name);

	if (length == 0 && *name != '\0' && strchr("?$!#0123456789", *name))
		length = 1;
	if (length == 0 || (has_braces && name[length] != '}'))
		return NULL;
	*text = name + length + has_braces;
	switch (*name) {
	case '?':
		return number(status);
	case '$':
		return number(shell_pid);
	case '!':
		return last_background > 0 ? number(last_background) : "";
	case '#':
		return number(nparams - 1);
	}
	if (*name >= '0' && *name <= '9')
		return *name - '0' < nparams ? params[*name - '0'] : "";
	return variable_value(name, length);
}
