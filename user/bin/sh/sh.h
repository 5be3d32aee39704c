/* user/bin/sh/sh.h: the shell: text -> tokens -> tree -> processes.
 *
 *   list     = and-or { (; | & | newline) and-or }
 *   and-or   = pipeline { (&& | ||) pipeline }
 *   pipeline = command { | command }
 *   command  = { word | redirect }  or  ( list ) { redirect }
 *   redirect = [digit] (< | > | >>) word  or  [digit] >& digit */
#pragma once

#include "calf.h"

#define LINE_LIMIT 4096 /* bytes of a command, all its lines together */
#define DEPTH_LIMIT 32  /* ( inside ( */

#define STATUS_SYNTAX 2
#define STATUS_NOT_RUNNABLE 126
#define STATUS_NOT_FOUND 127
#define STATUS_CTRL_C 130

/* ---- lex.c ---- */

enum token_kind {
	TOKEN_END,
	TOKEN_UNCLOSED, /* the text ends inside quotes or after a backslash */
	TOKEN_NEWLINE,
	TOKEN_WORD,
	TOKEN_SEMICOLON,
	TOKEN_AND,
	TOKEN_AND_AND,
	TOKEN_BAR,
	TOKEN_BAR_BAR,
	TOKEN_OPEN,
	TOKEN_CLOSE,
	TOKEN_LESS,
	TOKEN_GREATER,
	TOKEN_GREATER_GREATER,
	TOKEN_GREATER_AND,
};

struct token {
	enum token_kind kind;
	int fd; /* of a redirection: the digit before it, or -1 */
	const char *text;
	size_t length;
};

/* The token that begins at or after *text, which moves behind it. */
struct token token_next(const char **text);

/* ---- parse.c: the tree, all of it in the arena ---- */

struct redirect {
	struct redirect *next;
	enum token_kind kind;
	int fd;
	const char *word;
};

struct word {
	struct word *next;
	const char *text; /* as typed, quotes and all */
};

struct command {
	struct command *next; /* in the pipeline */
	struct redirect *redirects;
	struct word *words;
	int nwords;
	struct and_or *body; /* of ( list ); NULL: words are the command */
};

enum condition { ALWAYS, IF_OK, IF_FAILED };

struct pipeline {
	struct pipeline *next;
	enum condition condition; /* on what came before it */
	struct command *commands;
};

struct and_or {
	struct and_or *next; /* in the list */
	bool in_background;
	struct pipeline *pipelines;
};

enum parse_result {
	PARSE_OK,
	PARSE_INCOMPLETE, /* it could go on in another line */
	PARSE_ERROR,      /* the message has been printed */
};

enum parse_result parse(const char *text, struct and_or **list);

/* ---- arena.c ---- */

/* Memory that lives until the command has run. */
void *arena_alloc(size_t size);
void arena_reset(void);

/* ---- expand.c ---- */

/* The word without its quotes, and $? replaced; in the arena. */
char *expand(const char *word, int status);

/* ---- redirect.c ---- */

/* What to put back: the descriptors that redirections replaced. */
struct saved_fds {
	int count;
	struct {
		int fd;
		int copy; /* -1: it was closed */
	} entries[8];
};

/* Do them; -1 after a message. With `saved`, note what to put back. */
int redirects_apply(const struct redirect *list, int status,
		    struct saved_fds *saved);
void redirects_undo(struct saved_fds *saved);

/* Make `to` what `from` is, and close `from`; -1 with errno set. */
int fd_move(int from, int to);

/* ---- builtin.c ---- */

/* Whether the shell does this one itself. */
bool is_builtin(const char *name);
int builtin_run(char **argv, int status);

/* ---- run.c ---- */

/* Run the list; `status` is that of the command before it. Returns the status
 * of its last command. */
int run_list(const struct and_or *list, int status);

/* What a child closes: the script. -1: none. */
extern int script_fd;

/* Ctrl-C has ended a command: the rest of its list is not run. Whoever runs
 * lists one after the other sets it back. */
extern bool interrupted;
