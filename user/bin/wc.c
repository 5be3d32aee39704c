/* user/bin/wc.c: count lines, words and bytes. */

#include "calf.h"
#include "getopt.h"

#define SYNOPSIS "wc [-clw] [FILE]..."

struct counts {
	unsigned long lines, words, bytes;
};

static char buf[PGSIZE];
static bool show_lines, show_words, show_bytes;

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static void print_counts(const struct counts *counts, const char *name)
{
	char line[PATH_LEN + 64];
	int n = 0;

	if (show_lines)
		n += snprintf(line + n, sizeof(line) - (size_t)n, " %lu",
			      counts->lines);
	if (show_words)
		n += snprintf(line + n, sizeof(line) - (size_t)n, " %lu",
			      counts->words);
	if (show_bytes)
		n += snprintf(line + n, sizeof(line) - (size_t)n, " %lu",
			      counts->bytes);
	printf("%s%s%s\n", line + 1, name == NULL ? "" : " ",
	       name == NULL ? "" : name);
}

/* Returns 0, or -1 with errno set. */
static int count(int fd, struct counts *counts)
{
	bool in_word = false;
	long n;

	while ((n = read(fd, buf, sizeof(buf))) > 0) {
		counts->bytes += (unsigned long)n;
		for (long i = 0; i < n; i++) {
			bool is_letter = !is_space(buf[i]);

			counts->lines += buf[i] == '\n';
			counts->words += is_letter && !in_word;
			in_word = is_letter;
		}
	}
	return n < 0 ? -1 : 0;
}

/* Returns 0, or 1 after printing a message. */
static int count_file(const char *path, struct counts *total)
{
	struct counts counts = { 0, 0, 0 };
	int fd = open_input(path == NULL ? "-" : path);

	if (fd < 0 || count(fd, &counts) < 0) {
		warn("%s", path == NULL ? "standard input" : path);
		close(fd);
		return 1;
	}
	close(fd);
	print_counts(&counts, path);
	total->lines += counts.lines;
	total->words += counts.words;
	total->bytes += counts.bytes;
	return 0;
}

int main(int argc, char **argv)
{
	struct counts total = { 0, 0, 0 };
	int status = 0;
	int letter;

	while ((letter = getopt(argc, argv, "clw")) != -1) {
		if (letter == '?')
			usage(SYNOPSIS);
		show_lines |= letter == 'l';
		show_words |= letter == 'w';
		show_bytes |= letter == 'c';
	}
	if (!show_lines && !show_words && !show_bytes)
		show_lines = show_words = show_bytes = true;
	if (optind == argc)
		return count_file(NULL, &total);
	for (int i = optind; i < argc; i++)
		status |= count_file(argv[i], &total);
	if (argc - optind > 1)
		print_counts(&total, "total");
	return status;
}
