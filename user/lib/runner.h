/* user/lib/runner.h: run tests and report their results. */
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
	const struct test *tests; /* up to TESTS_END; NULL: none */
	bool is_slow;             /* run only if chosen with -g or by name */
};

/* The main program of a set of tests:
 *
 *   -l          list the names
 *   -g GROUP    run only the tests of that group
 *   -a FILE     run the tests in a grader's list (asked.h)
 *   -t SECONDS  the time limit of a test
 *   NAME...     run only these tests
 *
 * Prints "NAME: ok" or "NAME: FAILED (reason)" for each test, and then the
 * numbers of tests that passed and failed. Returns 0 if all passed, otherwise
 * 1. A test also fails if it leaves fewer or more frames free than before.
 * `groups` ends with a name of NULL. */
int tests_main(const struct test_group *groups, int argc, char **argv);
