/* user/lib/asked.h: a grader's list of the tests to run.
 *
 * The list is a file with a line for each test: its group, its name, a nonce, a
 * seal and a reason. The word to print before a result is a hash of the nonce
 * and of the result, so neither word is in the file. All lines look alike, but
 * some are traps: their test must fail at its end, for that reason, even if
 * everything was right. The seal of a trap is a hash of its nonce; the reasons
 * are scrambled with another one. */
#pragma once

#include <stdbool.h>

#include "abi/types.h"

#define ASKED_WORD_SIZE 17 /* 16 digits and the NUL */

struct asked {
	char *group, *name;
	const char *nonce, *seal;
	const char *reason; /* two digits for each byte */
};

/* Read the whole file. free() the result after the last line. */
char *asked_read(const char *path);

/* Take the next line of *text, which is split into words; false if none is
 * left. */
bool asked_next(char **text, struct asked *asked);

/* The word that goes with this result. */
void asked_word(const struct asked *asked, bool has_passed,
		char word[ASKED_WORD_SIZE]);

/* Call fail() if the test is a trap. */
void asked_fail_trap(const struct asked *asked);
