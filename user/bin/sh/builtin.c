/* user/bin/sh/builtin.c: what the shell does itself. */

#include "sh.h"

static int builtin_cd(char **argv, int status)
{
	const char *path = argv[1] == NULL ? "/" : argv[1];

	(void)status;
	if (argv[1] != NULL && argv[2] != NULL) {
		warnx("cd: too many arguments");
		return STATUS_SYNTAX;
	}
	if (chdir(path) < 0) {
		warn("cd: %s", path);
		return 1;
	}
	return 0;
}

static int builtin_exit(char **argv, int status)
{
	long number;

	if (argv[1] == NULL)
		exit(status);
	if (argv[2] != NULL) {
		warnx("exit: too many arguments");
		return STATUS_SYNTAX;
	}
	if (!parse_number(argv[1], &number)) {
		warnx("exit: %s: not a status", argv[1]);
		return STATUS_SYNTAX;
	}
	exit((int)number);
}

/* Until the shell has no children left. */
static int builtin_wait(char **argv, int status)
{
	(void)argv;
	(void)status;
	while (wait(NULL) > 0)
		;
	return 0;
}

static const struct builtin {
	const char *name;
	int (*run)(char **argv, int status);
} builtins[] = {
	{ "cd", builtin_cd },
	{ "exit", builtin_exit },
	{ "wait", builtin_wait },
};

static const struct builtin *builtin_find(const char *name)
{
	for (size_t i = 0; i < sizeof(builtins) / sizeof(builtins[0]); i++) {
		if (strcmp(builtins[i].name, name) == 0)
			return &builtins[i];
	}
	return NULL;
}

bool is_builtin(const char *name)
{
	return builtin_find(name) != NULL;
}

int builtin_run(char **argv, int status)
{
	return builtin_find(argv[0])->run(argv, status);
}
