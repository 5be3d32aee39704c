/* user/lib/operands.c: command lines that several programs have in common. */

#include "operands.h"

#include "calf.h"
#include "dir.h"
#include "getopt.h"

#define LINES_DEFAULT 10

static int act_into(const char *from, const char *dir,
		    int (*act)(const char *from, const char *to))
{
	char path[PATH_LEN];

	if (path_into(path, dir, from) < 0) {
		warn("%s", from);
		return 1;
	}
	return act(from, path);
}

int act_towards_last(int argc, char **argv, const char *synopsis,
		     int (*act)(const char *from, const char *to))
{
	int status = 0;

	if (getopt(argc, argv, "") != -1 || argc - optind < 2)
		usage(synopsis);

	const char *last = argv[argc - 1];

	if (is_directory(last)) {
		for (int i = optind; i < argc - 1; i++)
			status |= act_into(argv[i], last, act);
		return status;
	}
	/* Only a directory can get a name that ends in a slash. */
	if (argc - optind > 2 ||
	    (last[strlen(last) - 1] == '/' && !is_directory(argv[optind])))
		errx(1, "%s: not a directory", last);
	return act(argv[optind], last);
}

static int act_on_file(const char *path, const char *name, long lines,
		       bool has_title,
		       int (*act)(int fd, const char *name, long lines))
{
	int fd = open_input(path);

	if (fd < 0) {
		warn("%s", name);
		return 1;
	}
	if (has_title)
		printf("==> %s <==\n", name);
	int result = act(fd, name, lines);
	close(fd);
	return result;
}

/* Parse the options. Afterwards optind is the index of the first file. */
static long parse_lines(int argc, char **argv, const char *synopsis)
{
	long lines = LINES_DEFAULT;
	int letter;

	if (argc > 1 && argv[1][0] == '-' &&
	    parse_number(argv[1] + 1, &lines)) {
		optind = 2;
		return lines;
	}
	while ((letter = getopt(argc, argv, "n:")) != -1) {
		if (letter != 'n')
			usage(synopsis);
		if (!parse_number(optarg, &lines)) {
			warnx("%s: not a number of lines", optarg);
			usage(synopsis);
		}
	}
	return lines;
}

int act_on_lines(int argc, char **argv, const char *synopsis,
		 int (*act)(int fd, const char *name, long lines))
{
	long lines = parse_lines(argc, argv, synopsis);
	int status = 0;

	if (optind == argc)
		return act_on_file("-", "standard input", lines, false, act);
	for (int i = optind; i < argc; i++)
		status |= act_on_file(argv[i], argv[i], lines,
				      argc - optind > 1, act);
	return status;
}
