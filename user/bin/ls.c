/* user/bin/ls.c: list files and directories. */

#include "calf.h"
#include "dir.h"
#include "getopt.h"
#include "sort.h"

#define SYNOPSIS "ls [-al] [FILE]..."

static bool is_long;
static bool is_all;
static int status;

static char type_letter(const struct stat *st)
{
	switch (st->type) {
	case T_DIR:
		return 'd';
	case T_DEVICE:
		return 'c';
	default:
		return '-';
	}
}

/* Print a line with the name; with -l, the type, number of names, inode number
 * and size come first. */
static void list_one(const char *path, const char *name)
{
	struct stat st;

	if (!is_long) {
		puts(name);
		return;
	}
	if (stat(path, &st) < 0) {
		warn("%s", path);
		status = 1;
		return;
	}
	printf("%c %3d %5u %9lu %s\n", type_letter(&st), st.nlink, st.ino,
	       st.size, name);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(a, b);
}

static bool is_listed(const char *name)
{
	return is_all || name[0] != '.';
}

/* Read all names in the directory and sort them. Returns their number, or -1.
 * Names that were read before an error are listed nevertheless. */
static long read_names(const char *path, char ***names)
{
	struct dir dir;
	size_t count = 0;
	const char *name;

	*names = NULL;
	if (dir_open(&dir, path) < 0)
		return -1;
	while ((name = dir_next(&dir)) != NULL) {
		if (!is_listed(name))
			continue;
		if (count % 64 == 0)
			*names = xrealloc(*names,
					  (count + 64) * sizeof(**names));
		(*names)[count++] = xstrdup(name);
	}
	dir_close(&dir);
	if (dir.error != 0) {
		errno = dir.error;
		warn("%s", path);
		status = 1;
	}
	sort_pointers((void **)*names, count, compare_names);
	return (long)count;
}

static void list_entry(const char *dir, const char *name)
{
	char path[PATH_LEN];

	if (path_join(path, dir, name) == 0) {
		list_one(path, name);
	} else {
		warn("%s/%s", dir, name);
		status = 1;
	}
}

static void list_directory(const char *path)
{
	char **names;
	long count = read_names(path, &names);

	if (count < 0) {
		warn("%s", path);
		status = 1;
		return;
	}
	if (is_all) {
		list_entry(path, ".");
		list_entry(path, "..");
	}
	for (long i = 0; i < count; i++) {
		list_entry(path, names[i]);
		free(names[i]);
	}
	free(names);
}

static void list(const char *path, bool is_first, bool has_title)
{
	struct stat st;

	if (stat(path, &st) < 0) {
		warn("%s", path);
		status = 1;
	} else if (st.type == T_DIR) {
		if (has_title)
			printf("%s%s:\n", is_first ? "" : "\n", path);
		list_directory(path);
	} else {
		list_one(path, path);
	}
}

int main(int argc, char **argv)
{
	int letter;

	while ((letter = getopt(argc, argv, "al")) != -1) {
		if (letter == 'a')
			is_all = true;
		else if (letter == 'l')
			is_long = true;
		else
			usage(SYNOPSIS);
	}
	if (optind == argc)
		list(".", true, false);
	for (int i = optind; i < argc; i++)
		list(argv[i], i == optind, argc - optind > 1);
	return status;
}
