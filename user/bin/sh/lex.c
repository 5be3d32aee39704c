/* user/bin/sh/lex.c: split text into tokens. */

#include "sh.h"

static const struct {
	const char *text;
	enum token_kind kind;
} operators[] = {
	/* a token comes before its own prefixes */
	{ "&&", TOKEN_AND_AND },
	{ "||", TOKEN_BAR_BAR },
	{ ">>", TOKEN_GREATER_GREATER },
	{ ">&", TOKEN_GREATER_AND },
	{ "&", TOKEN_AND },
	{ "|", TOKEN_BAR },
	{ ">", TOKEN_GREATER },
	{ "<", TOKEN_LESS },
	{ ";", TOKEN_SEMICOLON },
	{ "(", TOKEN_OPEN },
	{ ")", TOKEN_CLOSE },
	{ "\n", TOKEN_NEWLINE },
};

#define NOPERATORS (sizeof(operators) / sizeof(operators[0]))

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool ends_word(char c)
{
	return c == '\0' || is_blank(c) || strchr("&|<>;()\n", c) != NULL;
}

/* Whether the line continues in the next one, which has not been read yet. */
static bool is_unfinished(const char *p)
{
	return p[0] == '\\' && (p[1] == '\0' || strcmp(p + 1, "\n") == 0);
}

/* Skip blanks, comments, and newlines after a backslash. */
static const char *skip_blanks(const char *p)
{
	for (;;) {
		if (is_blank(*p)) {
			p++;
		} else if (p[0] == '\\' && p[1] == '\n' && !is_unfinished(p)) {
			p += 2;
		} else if (*p == '#') {
			while (*p != '\0' && *p != '\n')
				p++;
		} else {
			return p;
		}
	}
}

/* Skip the quoted text at p; NULL if there is no closing quote. */
static const char *skip_quoted(const char *p)
{
	char quote = *p++;

	for (; *p != quote; p++) {
		if (*p == '\\' && quote == '"')
			p++;
		if (*p == '\0')
			return NULL;
	}
	return p + 1;
}

static struct token word_next(const char **text)
{
	const char *p = *text, *start = p;

	while (p != NULL && !ends_word(*p)) {
		start = p;
		if (*p == '\'' || *p == '"')
			p = skip_quoted(p);
		else if (*p == '\\')
			p = is_unfinished(p) ? NULL : p + 2;
		else
			p++;
	}
	if (p == NULL)
		return (struct token){ .kind = TOKEN_UNCLOSED, .text = start };

	struct token token = { .kind = TOKEN_WORD, .text = *text };

	token.length = (size_t)(p - *text);
	*text = p;
	return token;
}

struct token token_next(const char **text)
{
	struct token token = { .fd = -1 };
	const char *p = skip_blanks(*text);

	*text = token.text = p;
	if (*p == '\0')
		return token;
	if (is_digit(p[0]) && (p[1] == '<' || p[1] == '>'))
		token.fd = *p++ - '0';
	for (size_t i = 0; i < NOPERATORS; i++) {
		size_t length = strlen(operators[i].text);

		if (strncmp(p, operators[i].text, length) != 0)
			continue;
		token.kind = operators[i].kind;
		*text = p + length;
		token.length = (size_t)(*text - token.text);
		return token;
	}
	return word_next(text);
}
