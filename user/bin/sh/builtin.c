/* user/bin/sh/builtin.c: builtin commands. */

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
	if (!parse_number(argv[1], &number) || number < 0 || number > 255) {
		warnx("exit: %s: not a status", argv[1]);
		return STATUS_SYNTAX;
	}
	exit((int)number);
}

static int builtin_wait(char **argv, int status)
{
	(void)argv;
	(void)status;
	return jobs_wait();
}

static int builtin_fg(char **argv, int status)
{
	(void)status;
	return jobs_foreground(argv[1]);
}

static int builtin_jobs(char **argv, int status)
{
	(void)argv;
	(void)status;
	jobs_print(false);
	return 0;
}

static bool is_name(const char *text)
{
	size_t n = name_length(text);

	return n > 0 && text[n] == '\0';
}

/* Without arguments, print the exported variables. */
static int builtin_export(char **argv, int status)
{
	int result = 0;

	(void)status;
	if (argv[1] == NULL)
		for (char **e = variables_exported(); *e != NULL; e++)
			printf("%s\n", *e);
	for (argv++; *argv != NULL; argv++) {
		if (is_assignment(*argv)) {
			variable_set(*argv, true);
		} else if (is_name(*argv)) {
			variable_export(*argv);
		} else {
			warnx("export: %s: not a name", *argv);
			result = STATUS_SYNTAX;
		}
	}
	return result;
}

static int builtin_unset(char **argv, int status)
{
	(void)status;
	for (argv++; *argv != NULL; argv++)
		variable_unset(*argv);
	return 0;
}

static const struct builtin {
	const char *name;
	int (*run)(char **argv, int status);
} builtins[] = {
	{ "cd", builtin_cd },         { "exit", builtin_exit },
	{ "export", builtin_export }, { "fg", builtin_fg },
	{ "jobs", builtin_jobs },     { "unset", builtin_unset },
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
