/* user/bin/rm.c: remove files; with -r, also directories with everything in
 * them. */

#include "calf.h"
#include "dir.h"
#include "getopt.h"

#define SYNOPSIS "rm [-rf] FILE..."

static bool is_recursive;
static bool is_forced;
static int status;

static void failed(const char *path)
{
	warn("%s", path);
	status = 1;
}

static void remove_path(const char *name)
{
	struct stat st = { .type = T_DEVICE };

	/* ENODEV: the name exists, but its device has no driver. */
	if (stat(name, &st) < 0 && errno != ENODEV) {
		if (!is_forced || errno != ENOENT)
			failed(name);
		return;
	}
	if (st.type != T_DIR) {
		if (unlink(name) < 0)
			failed(name);
		return;
	}
	if (!is_recursive) {
		errno = EISDIR;
		failed(name);
		return;
	}
	if (remove_tree(name) < 0)
		failed(name);
}

int main(int argc, char **argv)
{
	int letter;

	while ((letter = getopt(argc, argv, "rf")) != -1) {
		if (letter == 'r')
			is_recursive = true;
		else if (letter == 'f')
			is_forced = true;
		else
			usage(SYNOPSIS);
	}
	if (optind == argc && !is_forced)
		usage(SYNOPSIS);
	for (int i = optind; i < argc; i++)
		remove_path(argv[i]);
	return status;
}
