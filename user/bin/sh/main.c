/* user/bin/sh/main.c: the shell: read and run commands. */

#include "getopt.h"
#include "lines.h"
#include "sh.h"

#define SYNOPSIS "sh [FILE [WORD]... | -c COMMANDS [WORD]...]"

int script_fd = -1;
bool at_prompt;
int shell_pid;

struct source {
	struct lines lines;
	char text[LINE_LIMIT + 1]; /* the lines of one command */
	size_t length;
	int line; /* number of the next line; 0: not shown in messages */
};

/* Prompt for a line. After Ctrl-C, prompt again. */
static char *prompted_line(struct source *s)
{
	for (;;) {
		if (s->length == 0)
			jobs_print(true);
		printf("%s", s->length == 0 ? "$ " : "> ");

		char *line = lines_next(&s->lines);

		if (line != NULL || s->lines.error != EINTR)
			return line;
		s->length = 0;
	}
}

/* Add a line to the text; false at the end of the input. A text that is too
 * long is an error: it ends a script, but an interactive user may try again. */
static bool source_add_line(struct source *s)
{
	char *line = at_prompt ? prompted_line(s) : lines_next(&s->lines);

	if (line == NULL && s->lines.error == 0)
		return false;
	if (line == NULL && s->lines.error != E2BIG) {
		errno = s->lines.error;
		err(STATUS_SYNTAX, "input");
	}

	size_t length = s->lines.length;

	if (line == NULL || s->length + length + 1 > LINE_LIMIT) {
		warnx("line too long");
		if (!at_prompt)
			exit(STATUS_SYNTAX);
		length = s->length = 0;
	}
	memcpy(s->text + s->length, line, length);
	s->length += length;
	s->text[s->length++] = '\n';
	s->text[s->length] = '\0';
	return true;
}

/* Read and parse one command, which may take several lines. Returns false at
 * the end of the input. */
static bool source_next(struct source *s, enum parse_result *result,
			struct and_or **list)
{
	int first = s->line;
	bool is_all;

	s->length = 0;
	do {
		arena_reset();
		is_all = !source_add_line(s);
		if (is_all && s->length == 0)
			return false;
		if (first > 0)
			s->line++;
		*result = parse(s->text, first, is_all, list);
	} while (*result == PARSE_INCOMPLETE);
	return true;
}

static int run_source(struct source *s)
{
	enum parse_result result;
	struct and_or *list;
	int status = 0;

	while (source_next(s, &result, &list)) {
		interrupted = false;
		if (result == PARSE_OK)
			status = run_list(list, status);
		else
			status = STATUS_SYNTAX;
		if (result != PARSE_OK && !at_prompt)
			break;
	}
	if (at_prompt)
		printf("\n");
	return status;
}

static int run_string(const char *text)
{
	struct and_or *list;

	if (parse(text, 1, true, &list) != PARSE_OK)
		return STATUS_SYNTAX;
	return run_list(list, 0);
}

static void refuse(const char *name)
{
	err(errno == ENOENT ? STATUS_NOT_FOUND : STATUS_NOT_RUNNABLE, "%s",
	    name);
}

/* The commands also read standard input. So read single bytes, and leave the
 * bytes after a line to them. */
static int run_standard_input(struct source *s)
{
	int fd = open_input("-");

	if (fd < 0)
		refuse("standard input");
	close(fd);
	lines_init(&s->lines, 0, LINE_LIMIT);
	at_prompt = is_console(0);
	if (at_prompt)
		foreground(FOREGROUND_SELF, FOREGROUND_CHILDREN);
	else
		s->lines.chunk = 1;
	s->line = at_prompt ? 0 : 1;
	return run_source(s);
}

static int run_file(struct source *s, const char *path)
{
	int fd = open_input(path);

	if (fd < 0 || (script_fd = fd_hide(fd)) < 0)
		refuse(path);
	close(fd);
	lines_init(&s->lines, script_fd, LINE_LIMIT);
	s->line = 1;
	return run_source(s);
}

int main(int argc, char **argv)
{
	static struct source source;
	const char *commands = NULL;
	int letter;

	while ((letter = getopt(argc, argv, "c:")) != -1) {
		if (letter != 'c')
			usage(SYNOPSIS);
		commands = optarg;
	}
	shell_pid = getpid();
	if (optind == argc)
		variables_init(1, argv);
	else
		variables_init(argc - optind, argv + optind);
	if (commands != NULL)
		return run_string(commands);
	if (optind < argc)
		return run_file(&source, argv[optind]);
	return run_standard_input(&source);
}
