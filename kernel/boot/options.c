/* kernel/boot/options.c: parse the boot arguments. */
#include "boot/options.h"

#include "abi/errno.h"
#include "lib/string.h"

#define WORD_LEN 128 /* bytes of a word, including its NUL */
#define MAXPROC "maxproc="
#define OVERCOMMIT "overcommit="

enum meaning { FOR_KERNEL, FOR_INIT, WRONG };

/* Copy the next word of *text and move past it; false at the end. A word that
 * is too long is truncated. */
static bool next_word(const char **text, char word[WORD_LEN])
{
	const char *c = *text;
	uint64 len = 0;

	while (*c == ' ')
		c++;
	for (; *c != '\0' && *c != ' '; c++)
		if (len < WORD_LEN - 1)
			word[len++] = *c;
	word[len] = '\0';
	*text = c;
	return len > 0;
}

static enum meaning take_word(const char *word, struct options *options)
{
	if (strcmp(word, "quiet") == 0) {
		options->quiet = true;
	} else if (strcmp(word, "panic=exit") == 0) {
		options->panic_exit = true;
	} else if (strncmp(word, MAXPROC, strlen(MAXPROC)) == 0) {
		if (!parse_number(word + strlen(MAXPROC), &options->maxproc) ||
		    options->maxproc == 0)
			return WRONG;
	} else if (strncmp(word, OVERCOMMIT, strlen(OVERCOMMIT)) == 0) {
		if (!promise_find_policy(word + strlen(OVERCOMMIT),
					 &options->overcommit))
			return WRONG;
	} else {
		return FOR_INIT;
	}
	return FOR_KERNEL;
}

const char *options_parse(const char *bootargs, struct options *options)
{
	static char word[WORD_LEN];
	const char *text = bootargs;

	*options = (struct options){ .others = bootargs };
	while (next_word(&text, word))
		if (take_word(word, options) == WRONG)
			return word;
	return NULL;
}

int options_init_args(const struct options *options, struct exec_args *args)
{
	char word[WORD_LEN];
	struct options ignored;
	const char *text = options->others;

	while (next_word(&text, word)) {
		if (take_word(word, &ignored) != FOR_INIT)
			continue;

		int error = exec_args_add(args, word);

		if (error != 0)
			return error;
	}
	return 0;
}
