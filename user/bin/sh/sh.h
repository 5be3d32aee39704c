/* user/bin/sh/sh.h: the shell: text -> tokens -> tree -> processes.
 *
 *   list     = and-or { (; | & | newline) and-or }
 *   and-or   = pipeline { (&& | ||) pipeline }
 *   pipeline = command { | command }
 *   command  = { NAME=value } { word | redirect }  or  ( list ) { redirect }
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
	struct word *assignments;
	struct word *words;
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
	const char *text; /* as typed, in the text that was parsed */
	size_t length;
};

enum parse_result {
	PARSE_OK,
	PARSE_INCOMPLETE, /* it could go on in another line */
	PARSE_ERROR,      /* the message has been printed */
};

/* `line` is the number of the first line, for messages; 0: somebody sees what
 * they typed. No more text can come if `is_all`. */
enum parse_result parse(const char *text, int line, bool is_all,
			struct and_or **list);

/* ---- arena.c ---- */

/* Memory that lives until the command has run. */
void *arena_alloc(size_t size);
void arena_reset(void);

/* ---- vars.c ---- */

/* `words` are $0, $1 and so on; the environment is exported variables. */
void variables_init(int count, char **words);

/* Bytes of the variable's name that the text begins with; 0: none. */
size_t name_length(const char *text);

/* Whether a word as typed is NAME=value. */
bool is_assignment(const char *word);

void variable_set(const char *assignment, bool is_exported);
void variable_export(const char *name); /* "" if it has no value yet */
void variable_unset(const char *name);

/* "NAME=value" of those that programs get, and NULL; in the arena. */
char **variables_exported(void);

/* What the $ at *text stands for, and *text moves behind its name; NULL when
 * nothing that it stands for has such a name. */
const char *dollar(const char **text, int status);

extern int last_background; /* pid; 0: none so far */

/* ---- expand.c: all in the arena ---- */

struct names {
	char **list; /* behind the last one is NULL; NULL when there is none */
	size_t count, room;
};

void names_add(struct names *names, char *name);

/* The word without its quotes, and with values in place of what $ begins. */
char *expand(const char *word, int status);

/* The same, and names of files in place of * and ?: so it may be several. */
void expand_into(struct names *names, const char *word, int status);

/* ---- glob.c ---- */

struct pattern {
	char *text;
	bool *active; /* for each byte: whether it is such a * or ? */
	bool has_active;
};

/* Add the files that fit, sorted; false when there are none. */
bool glob(struct names *names, const struct pattern *pattern);

/* ---- jobs.c ---- */

void jobs_add(int pid, const char *text, size_t length);

/* A child has ended, which may have been a job. */
void jobs_note(int pid, int status);

/* A line for each job, or only for those that have ended; these are then no
 * jobs any more. */
void jobs_print(bool only_ended);

/* Wait for all; STATUS_CTRL_C when that was too long for somebody, else 0. */
int jobs_wait(void);

/* Wait for job "3" or "%3", or for the last one if `number` is NULL, and return
 * its status. Ctrl-C ends all its processes. */
int jobs_foreground(const char *number);

/* In a child that will have jobs of its own. */
void jobs_forget(void);

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

/* Descriptors from here on are the shell's own; commands name the lower ones by
 * one digit. */
#define OWN_FD 10

/* A copy of `fd` among the shell's own descriptors; -1 with errno set. */
int fd_hide(int fd);

/* ---- builtin.c ---- */

/* Whether the shell does this one itself. */
bool is_builtin(const char *name);
int builtin_run(char **argv, int status);

/* ---- run.c ---- */

/* The value of `$?`: a program that was killed has no status of its own. */
int shown_status(int status);

/* Run the list; `status` is that of the command before it. Returns the status
 * of its last command. */
int run_list(const struct and_or *list, int status);

/* ---- main.c ---- */

/* What a child closes: the script. -1: none. */
extern int script_fd;

extern bool at_prompt; /* somebody types */
extern int shell_pid;

/* Ctrl-C has ended a command: the rest of its list is not run. Whoever runs
 * lists one after the other sets it back. */
extern bool interrupted;
