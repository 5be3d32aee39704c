/* user/lib/runner.h: runs tests and says how they went. */
#pragma once

#include "test.h"

struct test {
	const char *name;
	void (*run)(void);
};

#define TEST(function) ((struct test){ .name = #function, .run = function })
#define TESTS_END ((struct test){ .name = NULL })

struct test_group {
	const char *name;
	const struct test *tests; /* up to TESTS_END */
	bool is_slow; /* run only when asked for, by -g or by name */
};

/* The main program of a set of tests:
 *
 *   -l          list the names
 *   -g GROUP    only the tests of that group
 *   -a FILE     what a grader asks for, see asked.h
 *   -t SECONDS  how long one test may take
 *   NAME...     only these
 *
 * Prints "NAME: ok" or "NAME: FAILED (reason)" for each, and then how many of
 * each there were. Returns 0 when all passed, 1 when not. After a test as many
 * frames must be free as before it. `groups` ends with a name of NULL. */
int tests_main(const struct test_group *groups, int argc, char **argv);
