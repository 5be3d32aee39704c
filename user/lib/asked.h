/* user/lib/asked.h: a grader's list of the tests to run.
 *
 * The list is a file with a line for each test: its group, its name, a word to
 * print before its result if it passes, and a word to print if it fails. A line
 * may end with a reason: then the test must fail for that reason, even if
 * everything was right. Only the author of the file knows the words, and which
 * tests must not pass. */
#pragma once

#include <stdbool.h>

struct asked {
	char *group, *name;
	const char *passed, *failed;
	const char *reason; /* NULL: none */
};

/* Read the whole file. free() the result after the last line. */
char *asked_read(const char *path);

/* Take the next line of *text, which is split into words; false if none is
 * left. */
bool asked_next(char **text, struct asked *asked);
