/* user/bin/sh/sh.h: the shell: text -> tokens -> tree -> processes.
 *
 *   list     = and-or { (; | & | newline) and-or }
 *   and-or   = pipeline { (&& | ||) pipeline }
 *   pipeline = command { | command }
 *   command  = { NAME=value } { word | redirect }  or  ( list ) { redirect }
 *   redirect = [digit] (< | > | >>) word  or  [digit] >& digit */
#pragma once

#include "calf.h"

#define LINE_LIMIT 4096 /* bytes of a command with all of its lines */
#define DEPTH_LIMIT 32  /* levels of parentheses */

#define STATUS_SYNTAX 2
#define STATUS_NOT_RUNNABLE 126
#define STATUS_NOT_FOUND 127
#define STATUS_CTRL_C 130

/* ---- lex.c ---- */

enum token_kind {
	TOKEN_END,
	TOKEN_UNCLOSED, /* the text ends within quotes or after a backslash */
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
	int fd; /* the digit before a redirection, or -1 */
	const char *text;
	size_t length;
};

/* Return the next token at or after *text, and advance *text past it. */
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
	const char *text; /* as typed, with quotes */
};

struct command {
	struct command *next; /* in the pipeline */
	struct redirect *redirects;
	struct word *assignments;
	struct word *words;
	struct and_or *body; /* of ( list ); NULL for a simple command */
};

enum condition { ALWAYS, IF_OK, IF_FAILED };

struct pipeline {
	struct pipeline *next;
	enum condition condition; /* on the previous pipeline */
	struct command *commands;
};

struct and_or {
	struct and_or *next; /* in the list */
	bool in_background;
	struct pipeline *pipelines;
	const char *text; /* as typed, within the parsed text */
	size_t length;
};

enum parse_result {
	PARSE_OK,
	PARSE_INCOMPLETE, /* the command may continue in another line */
	PARSE_ERROR,      /* a message has been printed */
};

/* `line` is the number of the first line, for messages, or 0 for an interactive
 * user. If `is_all`, no more text can follow. */
enum parse_result parse(const char *text, int line, bool is_all,
			struct and_or **list);

/* ---- arena.c ---- */

/* Allocate memory that is kept until the command has run. */
void *arena_alloc(size_t size);
void arena_reset(void);

/* ---- vars.c ---- */

/* `words` become $0, $1 and so on, and the environment becomes exported
 * variables. */
void variables_init(int count, char **words);

/* The length of the variable name at the start of the text, or 0. */
size_t name_length(const char *text);

/* Whether a word, as typed, has the form NAME=value. */
bool is_assignment(const char *word);

void variable_set(const char *assignment, bool is_exported);
void variable_export(const char *name); /* with the value "" if it has none */
void variable_unset(const char *name);

/* The exported variables as "NAME=value", and a NULL; in the arena. */
char **variables_exported(void);

/* The value of the $ at *text, which advances past the name; NULL if no name
 * follows. */
const char *dollar(const char **text, int status);

extern int last_background; /* pid, or 0 */

/* ---- expand.c: all results are in the arena ---- */

struct names {
	char **list; /* ends with a NULL; NULL if there are no names */
	size_t count, room;
};

void names_add(struct names *names, char *name);

/* Expand a word: remove its quotes, and replace each $ by its value. */
char *expand(const char *word, int status);

/* The same, and replace * and ? by names of files, which may give several
 * words. */
void expand_into(struct names *names, const char *word, int status);

/* ---- glob.c ---- */

struct pattern {
	char *text;
	bool *active; /* for each byte: whether it is an unquoted * or ? */
	bool has_active;
};

/* Add the files that fit, sorted; false if there are none. */
bool glob(struct names *names, const struct pattern *pattern);

/* ---- jobs.c ---- */

void jobs_add(int pid, const char *text, size_t length);

/* To call when a child has ended, which may be a job. */
void jobs_note(int pid, int status);

/* Print a line for each job, or only for those that have ended. Those are then
 * removed. */
void jobs_print(bool only_ended);

/* Wait for all jobs. Returns 0, or STATUS_CTRL_C after Ctrl-C. */
int jobs_wait(void);

/* Wait for job "3" or "%3", or for the last one if `number` is NULL, and return
 * its status. Ctrl-C kills all of its processes. */
int jobs_foreground(const char *number);

/* Forget all jobs, in a child that starts its own. */
void jobs_forget(void);

/* ---- redirect.c ---- */

/* The descriptors that redirections have replaced, to be restored. */
struct saved_fds {
	int count;
	struct {
		int fd;
		int copy; /* -1: it was closed */
	} entries[8];
};

/* Apply redirections. With `saved`, save the replaced descriptors. Returns 0,
 * or -1 after printing a message. */
int redirects_apply(const struct redirect *list, int status,
		    struct saved_fds *saved);
void redirects_undo(struct saved_fds *saved);

/* Move the descriptor `from` to `to`. Returns 0, or -1 with errno set. */
int fd_move(int from, int to);

/* Descriptors from here are the shell's own. Commands can only name lower ones,
 * with one digit. */
#define OWN_FD 10

/* Copy `fd` to one of the shell's own descriptors. Returns it, or -1 with errno
 * set. */
int fd_hide(int fd);

/* ---- builtin.c ---- */

/* Whether the command is a builtin. */
bool is_builtin(const char *name);
int builtin_run(char **argv, int status);

/* ---- run.c ---- */

/* The value of `$?`, also for a program that was killed. */
int shown_status(int status);

/* Run the list. `status` is the status of the previous command. Returns the
 * status of the last command. */
int run_list(const struct and_or *list, int status);

/* ---- main.c ---- */

/* The descriptor of the script, which children close; -1: none. */
extern int script_fd;

extern bool at_prompt; /* the shell is interactive */
extern int shell_pid;

/* Ctrl-C has killed a command, so the rest of its list is not run. The loop
 * that runs one list after the other resets this. */
extern bool interrupted;
