/* user/lib/getopt.c: parse command-line options. */

#include "getopt.h"

#include "error.h"
#include "string.h"

int optind = 1;
char *optarg;

static char *rest; /* unread letters of argv[optind]; "" or NULL: none */

/* Go to the next argument with option letters; false if there are no more. */
static bool next_argument(int argc, char **argv)
{
	char *arg = optind < argc ? argv[optind] : NULL;

	if (arg == NULL || arg[0] != '-' || arg[1] == '\0')
		return false;
	if (strcmp(arg, "--") == 0) {
		optind++;
		return false;
	}
	rest = arg + 1;
	return true;
}

static int take_value(int argc, char **argv, int letter)
{
	if (*rest != '\0') {
		optarg = rest;
	} else if (optind + 1 < argc) {
		optarg = argv[++optind];
	} else {
		warnx("option -%c needs a value", letter);
		letter = '?';
	}
	rest = NULL;
	optind++;
	return letter;
}

int getopt(int argc, char **argv, const char *letters)
{
	if ((rest == NULL || *rest == '\0') && !next_argument(argc, argv))
		return -1;

	char letter = *rest++;
	const char *known = letter == ':' ? NULL : strchr(letters, letter);

	if (known != NULL && known[1] == ':')
		return take_value(argc, argv, letter);
	if (*rest == '\0')
		optind++;
	if (known != NULL)
		return letter;
	warnx("unknown option -%c", letter);
	return '?';
}
