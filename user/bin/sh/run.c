/* user/bin/sh/run.c: run the tree of a command. */

#include "sh.h"

bool interrupted;

int shown_status(int status)
{
	if (status == STATUS_INTERRUPTED)
		return STATUS_CTRL_C;
	return status >= 0 && status <= 255 ? status : 255;
}

/* The expanded words, and a NULL. */
static char **make_argv(const struct command *command, int status)
{
	struct names names = { .count = 0 };

	for (struct word *word = command->words; word != NULL;
	     word = word->next)
		expand_into(&names, word->text, status);
	return names.count > 0 ? names.list : arena_alloc(sizeof(char *));
}

/* Set variables; if `exported`, also for programs that the shell starts. */
static void assign(const struct word *assignments, int status, bool exported)
{
	for (; assignments != NULL; assignments = assignments->next)
		variable_set(expand(assignments->text, status), exported);
}

/* Run a program, or exit with a message. If exec fails with ENOENT but the file
 * exists, it is a script whose interpreter is missing. */
static void run_program(char **argv) __attribute__((noreturn));
static void run_program(char **argv)
{
	struct stat st;

	execve(argv[0], argv, variables_exported());

	int reason = errno;

	if (reason == ENOENT && stat(argv[0], &st) == 0)
		warnx("%s: the program in its first line: %s", argv[0],
		      strerror(reason));
	else
		warn("%s", argv[0]);
	exit(reason == ENOENT ? STATUS_NOT_FOUND : STATUS_NOT_RUNNABLE);
}

/* Run a command in this process, which is not the interactive shell. */
static void run_command_here(const struct command *command, int status)
	__attribute__((noreturn));
static void run_command_here(const struct command *command, int status)
{
	at_prompt = false;

	char **argv = make_argv(command, status);

	if (script_fd >= 0)
		close(script_fd);
	script_fd = -1;
	if (redirects_apply(command->redirects, status, NULL) < 0)
		exit(1);
	if (command->body != NULL) {
		jobs_forget();
		exit(run_list(command->body, status));
	}
	assign(command->assignments, status, true);
	if (argv[0] == NULL)
		exit(0);
	if (is_builtin(argv[0]))
		exit(builtin_run(argv, status));
	run_program(argv);
}

/* Wait for the `count` children in pids[]. Other children that end meanwhile
 * were in the background. Returns the status of the last one. */
static int wait_for(const int *pids, int count)
{
	int left = count;
	int result = 0;
	int status;

	while (left > 0) {
		int pid = wait(&status);

		if (pid < 0)
			break;
		jobs_note(pid, status);
		for (int i = 0; i < count; i++)
			left -= pids[i] == pid;
		if (pid == pids[count - 1])
			result = shown_status(status);
		if (status == STATUS_INTERRUPTED)
			interrupted = true;
	}
	return result;
}

/* Run a builtin, and check that its output was written while it is still known
 * where it went. */
static int run_and_check(char **argv, int status)
{
	int result = builtin_run(argv, status);

	errno = print_take_error();
	if (errno == 0)
		return result;
	if (errno != EPIPE)
		warn("%s: standard output", argv[0]);
	return 1;
}

static int run_builtin(const struct command *command, char **argv, int status)
{
	struct saved_fds saved = { .count = 0 };
	int result = 1;

	if (redirects_apply(command->redirects, status, &saved) == 0) {
		assign(command->assignments, status, false);
		result = argv[0] != NULL ? run_and_check(argv, status) : 0;
	}
	redirects_undo(&saved);
	return result;
}

/* Give the child its ends of the pipes: it reads from `in` and writes to
 * out[1]. Either may be -1. */
static void use_pipes(int in, const int *out)
{
	if (out[0] >= 0)
		close(out[0]);
	if ((in >= 0 && fd_move(in, 0) < 0) ||
	    (out[1] >= 0 && fd_move(out[1], 1) < 0))
		err(1, "pipe");
}

/* Start one command of a pipeline. *in is the pipe from the previous command,
 * and becomes the pipe to the next one. Returns the pid, or -1 after printing a
 * message. */
static int start_command(const struct command *command, int status, int *in)
{
	int out[2] = { -1, -1 };

	if (command->next != NULL && pipe(out) < 0) {
		warn("pipe");
		return -1;
	}

	int pid = fork();

	if (pid == 0) {
		use_pipes(*in, out);
		run_command_here(command, status);
	}
	if (pid < 0)
		warn("fork");
	if (out[1] >= 0)
		close(out[1]);
	if (*in >= 0)
		close(*in);
	*in = out[0];
	return pid;
}

static int count_commands(const struct pipeline *pipeline)
{
	int count = 0;

	for (struct command *c = pipeline->commands; c != NULL; c = c->next)
		count++;
	return count;
}

static int run_processes(const struct pipeline *pipeline, int status)
{
	int *pids =
		arena_alloc((size_t)count_commands(pipeline) * sizeof(*pids));
	int count = 0;
	int in = -1;

	for (struct command *c = pipeline->commands; c != NULL; c = c->next) {
		int pid = start_command(c, status, &in);

		if (pid < 0)
			break;
		pids[count++] = pid;
	}

	bool is_complete = count == count_commands(pipeline);

	if (in >= 0)
		close(in);
	if (count > 0)
		status = wait_for(pids, count);
	return is_complete ? status : 1;
}

static int run_pipeline(const struct pipeline *pipeline, int status)
{
	const struct command *first = pipeline->commands;

	if (first->next == NULL && first->body == NULL) {
		char **argv = make_argv(first, status);

		if (argv[0] == NULL || is_builtin(argv[0]))
			return run_builtin(first, argv, status);
	}
	return run_processes(pipeline, status);
}

static int run_and_or(const struct and_or *and_or, int status)
{
	for (const struct pipeline *p = and_or->pipelines;
	     p != NULL && !interrupted; p = p->next) {
		if ((p->condition == IF_OK && status != 0) ||
		    (p->condition == IF_FAILED && status == 0))
			continue;
		status = run_pipeline(p, status);
	}
	return status;
}

/* A background command must not read the console: its keys are for the
 * shell. */
static int start_background(const struct and_or *and_or, int status)
{
	int flags = foreground(FOREGROUND_CHILDREN, 0);
	int pid = fork();

	if (pid != 0)
		foreground(0, flags & FOREGROUND_CHILDREN);
	if (pid < 0) {
		warn("fork");
		return 1;
	}
	if (pid > 0) {
		jobs_add(pid, and_or->text, and_or->length);
		return 0;
	}
	jobs_forget();
	at_prompt = false;

	int null = open("/dev/null", O_RDONLY);

	if (null >= 0)
		fd_move(null, 0);

	const struct pipeline *first = and_or->pipelines;

	if (first->next == NULL && first->commands->next == NULL)
		run_command_here(first->commands, status);
	exit(run_and_or(and_or, status));
}

int run_list(const struct and_or *list, int status)
{
	for (; list != NULL && !interrupted; list = list->next) {
		if (list->in_background)
			status = start_background(list, status);
		else
			status = run_and_or(list, status);
	}
	return status;
}
