/* user/bin/sh/parse.c: parse tokens into a tree, by recursive descent. */

#include "sh.h"

#define MESSAGE_SIZE 80

struct parser {
	const char *start;  /* of the text */
	int line;           /* number of its first line, or 0 */
	bool is_all;        /* no more text can follow */
	const char *text;   /* the text after `token` */
	struct token token; /* the next one to use */
	int depth;          /* of parentheses */
	enum parse_result result;
};

static struct and_or *parse_list(struct parser *p);

static void advance(struct parser *p)
{
	p->token = token_next(&p->text);
}

/* Print a message with the line of the current token. */
static void fail(struct parser *p, const char *message)
{
	int line = p->line, column = 1;

	if (p->result == PARSE_ERROR)
		return;
	p->result = PARSE_ERROR;
	for (const char *c = p->start; c < p->token.text; c++) {
		column = *c == '\n' ? 1 : column + 1;
		line += *c == '\n';
	}
	if (p->line > 0)
		warnx("line %d, column %d: %s", line, column, message);
	else
		warnx("column %d: %s", column, message);
}

/* The token is not allowed here. At the end of the text, more may follow. */
static void fail_at_token(struct parser *p)
{
	enum token_kind kind = p->token.kind;
	bool is_end = kind == TOKEN_END || kind == TOKEN_UNCLOSED;
	char message[MESSAGE_SIZE];

	if (p->result != PARSE_OK)
		return;
	if (is_end && !p->is_all) {
		p->result = PARSE_INCOMPLETE;
		return;
	}
	if (kind == TOKEN_UNCLOSED)
		snprintf(message, sizeof(message),
			 "syntax error: %c without an end", *p->token.text);
	else if (kind == TOKEN_NEWLINE || kind == TOKEN_END)
		snprintf(message, sizeof(message),
			 "syntax error near end of %s",
			 kind == TOKEN_END ? "input" : "line");
	else
		snprintf(message, sizeof(message), "syntax error near '%.*s'",
			 (int)p->token.length, p->token.text);
	fail(p, message);
}

static bool is_redirect(enum token_kind kind)
{
	return kind == TOKEN_LESS || kind == TOKEN_GREATER ||
	       kind == TOKEN_GREATER_GREATER || kind == TOKEN_GREATER_AND;
}

static const char *parse_word(struct parser *p)
{
	char *text = arena_alloc(p->token.length + 1);

	memcpy(text, p->token.text, p->token.length);
	advance(p);
	return text;
}

static struct redirect *parse_redirect(struct parser *p)
{
	struct redirect *redirect = arena_alloc(sizeof(*redirect));

	redirect->kind = p->token.kind;
	redirect->fd = p->token.fd;
	if (redirect->fd < 0)
		redirect->fd = redirect->kind == TOKEN_LESS ? 0 : 1;
	advance(p);
	if (p->token.kind != TOKEN_WORD) {
		if (p->token.kind == TOKEN_END)
			fail(p, "syntax error near end of line");
		fail_at_token(p);
		return redirect;
	}
	redirect->word = parse_word(p);
	return redirect;
}

static struct word **add_word(struct word **end, const char *text)
{
	*end = arena_alloc(sizeof(**end));
	(*end)->text = text;
	return &(*end)->next;
}

/* Words and redirections in any order, after assignments. */
static void parse_simple(struct parser *p, struct command *command,
			 struct redirect **redirects)
{
	struct word **words = &command->words;
	struct word **assignments = &command->assignments;

	while (p->result == PARSE_OK) {
		if (p->token.kind == TOKEN_WORD) {
			const char *text = parse_word(p);

			if (command->words == NULL && is_assignment(text))
				assignments = add_word(assignments, text);
			else
				words = add_word(words, text);
		} else if (is_redirect(p->token.kind)) {
			*redirects = parse_redirect(p);
			redirects = &(*redirects)->next;
		} else {
			return;
		}
	}
}

static void parse_group(struct parser *p, struct command *command)
{
	struct redirect **redirects = &command->redirects;

	if (++p->depth > DEPTH_LIMIT) {
		fail(p, "too many parentheses");
		return;
	}
	advance(p);
	command->body = parse_list(p);
	if (command->body == NULL || p->token.kind != TOKEN_CLOSE) {
		fail_at_token(p);
		return;
	}
	p->depth--;
	advance(p);
	while (p->result == PARSE_OK && is_redirect(p->token.kind)) {
		*redirects = parse_redirect(p);
		redirects = &(*redirects)->next;
	}
}

static struct command *parse_command(struct parser *p)
{
	struct command *command = arena_alloc(sizeof(*command));

	if (p->token.kind == TOKEN_OPEN)
		parse_group(p, command);
	else if (p->token.kind == TOKEN_WORD || is_redirect(p->token.kind))
		parse_simple(p, command, &command->redirects);
	else
		fail_at_token(p);
	return command;
}

static void skip_newlines(struct parser *p)
{
	while (p->token.kind == TOKEN_NEWLINE)
		advance(p);
}

static struct pipeline *parse_pipeline(struct parser *p)
{
	struct pipeline *pipeline = arena_alloc(sizeof(*pipeline));
	struct command **next = &pipeline->commands;

	for (;;) {
		*next = parse_command(p);
		next = &(*next)->next;
		if (p->result != PARSE_OK || p->token.kind != TOKEN_BAR)
			return pipeline;
		advance(p);
		skip_newlines(p);
	}
}

static struct and_or *parse_and_or(struct parser *p)
{
	struct and_or *and_or = arena_alloc(sizeof(*and_or));
	struct pipeline **next = &and_or->pipelines;
	enum condition condition = ALWAYS;

	for (;;) {
		*next = parse_pipeline(p);
		(*next)->condition = condition;
		next = &(*next)->next;
		if (p->token.kind == TOKEN_AND_AND)
			condition = IF_OK;
		else if (p->token.kind == TOKEN_BAR_BAR)
			condition = IF_FAILED;
		else
			return and_or;
		if (p->result != PARSE_OK)
			return and_or;
		advance(p);
		skip_newlines(p);
	}
}

static size_t length_without_blanks(const char *start, const char *end)
{
	while (end > start && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	return (size_t)(end - start);
}

/* Stops at the first token that cannot belong to a list. NULL if the list is
 * empty. */
static struct and_or *parse_list(struct parser *p)
{
	struct and_or *list = NULL;
	struct and_or **next = &list;

	for (;;) {
		skip_newlines(p);
		if (p->result != PARSE_OK || p->token.kind == TOKEN_END ||
		    p->token.kind == TOKEN_CLOSE)
			return list;
		const char *start = p->token.text;

		*next = parse_and_or(p);
		(*next)->in_background = p->token.kind == TOKEN_AND;
		(*next)->text = start;
		(*next)->length = length_without_blanks(start, p->token.text);
		next = &(*next)->next;
		if (p->token.kind != TOKEN_SEMICOLON &&
		    p->token.kind != TOKEN_AND &&
		    p->token.kind != TOKEN_NEWLINE)
			return list;
		advance(p);
	}
}

enum parse_result parse(const char *text, int line, bool is_all,
			struct and_or **list)
{
	struct parser p = {
		.start = text,
		.line = line,
		.is_all = is_all,
		.text = text,
		.result = PARSE_OK,
	};

	advance(&p);
	*list = parse_list(&p);
	if (p.result == PARSE_OK && p.token.kind != TOKEN_END)
		fail_at_token(&p);
	return p.result;
}
