/* user/lib/asked.h: what a grader asks of a set of tests.
 *
 * A file has a line for each test to run: its group and name, a word that is to
 * stand before its result when it passes, and one for when it fails. A line may
 * go on with a reason: then that test is to fail for it, though all was right.
 * Only who wrote the file knows the words, and which results must not be good.
 */
#pragma once

#include <stdbool.h>

struct asked {
	char *group, *name;
	const char *passed, *failed;
	const char *reason; /* NULL: none */
};

/* All of the file; free() it when the last line has been used. */
char *asked_read(const char *path);

/* Take a line off the text at *text, which is cut into words; false when none
 * is left. */
bool asked_next(char **text, struct asked *asked);
