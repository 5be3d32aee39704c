/* user/test/usertests/script.c: the environment, and scripts: files whose first
 * line names the program that runs them. */

#include "tests.h"

int sys_exec(const char *path, char *const argv[]);

#define LINE_MAX 128 /* bytes of a script's first line */

static void make_script(const char *name, const char *text)
{
	make_file(name, text, strlen(text));
}

/* Run the file with these arguments and this environment, and check what it
 * prints. */
static void check_output(const char *path, char *const argv[],
			 char *const envp[], const char *expected)
{
	char seen[PATH_LEN] = "";
	int fds[2];

	xpipe(fds);
	IN_CHILD() {
		close(1);
		dup(fds[1]);
		execve(path, argv, envp);
		fail("%s: %s", path, strerror(errno));
	}
	xwait(0);
	xclose(fds[1]);
	xread(fds[0], seen, strlen(expected));
	CHECK_EQ(strcmp(seen, expected), 0);
	CHECK_EQ(read(fds[0], seen, sizeof(seen)), 0);
	xclose(fds[0]);
}

static void first_line_names_the_program(void)
{
	char *argv[] = { "zero", "one", "two", NULL };

	make_script("script", "#!/bin/echo\n");
	check_output("./script", argv, environ, "./script one two\n");
	make_script("script", "#! \techo  a b \t\r\nnot this");
	check_output("script", argv, environ, "a b script one two\n");
	make_script("script", "#!echo");
	check_output("script", argv + 3, environ, "script\n");
}

static void script_found_in_bin_has_its_path(void)
{
	char *argv[] = { "x", NULL };

	make_script("/bin/test_script", "#!/bin/echo\n");
	check_output("test_script", argv, environ, "/bin/test_script\n");
	xunlink("/bin/test_script");
}

static void scripts_run_scripts(void)
{
	char *argv[] = { "x", "y", NULL };

	make_script("a", "#!echo a\n");
	make_script("b", "#!a b\n");
	check_output("b", argv, environ, "a a b b y\n");
	make_script("b", "#!./b\n");
	CHECK_FAILS(exec("b", argv), ELOOP);
}

static void wrong_first_line_is_refused(void)
{
	static const char *const wrong[] = { "#", "#!", "#!\n",
					     "#! \t\n/bin/true",
					     "# !/bin/true\n" };
	char *argv[] = { "x", NULL };
	char line[LINE_MAX + 1];

	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		make_script("script", wrong[i]);
		CHECK_FAILS(exec("./script", argv), ENOEXEC);
	}
	memset(line, ' ', LINE_MAX);
	line[LINE_MAX] = '\0';
	memcpy(line, "#!/bin/true", 11);
	make_script("script", line);
	CHECK_FAILS(exec("./script", argv), ENOEXEC);
	line[LINE_MAX - 1] = '\n';
	make_script("script", line);
	IN_CHILD()
		exec("./script", argv);
	xwait(0);
}

static void program_of_a_script_can_be_missing(void)
{
	char *argv[] = { "x", NULL };

	make_script("script", "#!/no/such\n");
	CHECK_FAILS(exec("./script", argv), ENOENT);
	make_script("script", "#!/\n");
	CHECK_FAILS(exec("./script", argv), EACCES);
}

/* With the words of the first line, the arguments may be too long. */
static void arguments_of_a_script_are_bounded(void)
{
	static char word[ARGS_SIZE - PATH_LEN];
	char *argv[] = { "x", word, NULL };
	char *none[] = { NULL };
	char line[LINE_MAX];

	memset(word, 'w', sizeof(word) - 1);
	make_script("script", "#!/bin/true\n");
	IN_CHILD()
		execve("./script", argv, none);
	xwait(0);
	memset(line, 'l', sizeof(line) - 2);
	memcpy(line, "#!/bin/true ", 12);
	strcpy(line + sizeof(line) - 2, "\n");
	make_script("script", line);
	make_script("deep", "#!./script 12345678901234567890123456789012345\n");
	make_script("deeper", "#!./deep 12345678901234567890123456789012345\n");
	CHECK_FAILS(execve("./deeper", argv, none), E2BIG);
}

static void environment_arrives(void)
{
	char *argv[] = { "env", NULL };
	char *envp[] = { "A=1", "", "B=two words", NULL };
	char *none[] = { NULL };

	check_output("/bin/env", argv, envp, "A=1\n\nB=two words\n");
	check_output("/bin/env", argv, none, "");
	check_output("/bin/env", argv, NULL, "");
}

/* System call 7 is exec as xv6 has it, without an environment. */
static void call_7_gives_no_environment(void)
{
	char *argv[] = { "env", NULL };
	char byte;
	int fds[2];

	xpipe(fds);
	IN_CHILD() {
		close(1);
		dup(fds[1]);
		sys_exec("/bin/env", argv);
		fail("env: %s", strerror(errno));
	}
	xwait(0);
	xclose(fds[1]);
	CHECK_EQ(read(fds[0], &byte, 1), 0);
}

static void bad_environment_is_refused(void)
{
	char *argv[] = { "true", NULL };
	char *envp[] = { "A=1", NULL, NULL };

	EACH_BAD(bad, bad_to_load()) {
		if (bad->good_bytes > 0)
			continue;
		CHECK_FAILS(execve("/bin/true", argv, (char **)bad->va),
			    EFAULT);
		envp[1] = (char *)bad->va;
		CHECK_FAILS(execve("/bin/true", argv, envp), EFAULT);
	}
}

const struct test script_tests[] = {
	TEST(first_line_names_the_program),
	TEST(script_found_in_bin_has_its_path),
	TEST(scripts_run_scripts),
	TEST(wrong_first_line_is_refused),
	TEST(program_of_a_script_can_be_missing),
	TEST(arguments_of_a_script_are_bounded),
	TEST(environment_arrives),
	TEST(call_7_gives_no_environment),
	TEST(bad_environment_is_refused),
	TESTS_END,
};
