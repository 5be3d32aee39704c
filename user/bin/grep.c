/* user/bin/grep.c: print the lines that match a pattern.
 *
 * In a pattern, . matches any character; [abc], [a-z] and [^a] match one
 * character of a set; \ before a character matches that character itself; and *
 * after any of these matches any number of it. ^ at the start and $ at the end
 * match the start and the end of the line.
 *
 * All possible matches are followed through the line at the same time: the
 * state is the set of places in the pattern that a match, wherever it began,
 * may have reached. */

#include "calf.h"
#include "getopt.h"
#include "lines.h"

#define SYNOPSIS "grep [-cinv] PATTERN [FILE]..."

#define STATUS_FOUND 0
#define STATUS_NOT_FOUND 1
#define STATUS_ERROR 2

#define ITEMS_MAX 256

/* A part of the pattern that matches one character, or any number of it. */
struct item {
	bool is_starred;
	bool matches[256]; /* indexed by character */
};

static struct item items[ITEMS_MAX];
static int nitems;
static bool at_start, at_end; /* the pattern has ^ or $ */

static bool is_inverted, ignores_case, shows_numbers, only_counts;

/* ---- the pattern ---- */

static void item_add_range(struct item *item, uchar first, uchar last)
{
	for (int c = first; c <= last; c++) {
		item->matches[c] = true;
		if (!ignores_case)
			continue;
		if (c >= 'A' && c <= 'Z')
			item->matches[c - 'A' + 'a'] = true;
		if (c >= 'a' && c <= 'z')
			item->matches[c - 'a' + 'A'] = true;
	}
}

/* Parse the set that starts at p with '[', and return the end of it. A ']' in
 * the first place belongs to the set. */
static const char *parse_set(struct item *item, const char *p)
{
	bool is_negated = *++p == '^';
	const char *first = is_negated ? ++p : p;

	while (*p != ']' || p == first) {
		if (*p == '\0')
			errx(STATUS_ERROR, "[ without ]");
		if (p[1] == '-' && p[2] != ']' && p[2] != '\0') {
			item_add_range(item, (uchar)p[0], (uchar)p[2]);
			p += 3;
		} else {
			item_add_range(item, (uchar)*p, (uchar)*p);
			p++;
		}
	}
	for (int c = 0; c < 256; c++)
		item->matches[c] ^= is_negated;
	return p + 1;
}

static const char *parse_item(struct item *item, const char *p)
{
	if (*p == '[') {
		p = parse_set(item, p);
	} else if (*p == '.') {
		item_add_range(item, 0, 255);
		p++;
	} else {
		if (p[0] == '\\' && p[1] != '\0')
			p++;
		item_add_range(item, (uchar)*p, (uchar)*p);
		p++;
	}
	item->is_starred = *p == '*';
	return item->is_starred ? p + 1 : p;
}

static void parse_pattern(const char *p)
{
	at_start = *p == '^';
	if (at_start)
		p++;
	while (*p != '\0') {
		at_end = p[0] == '$' && p[1] == '\0';
		if (at_end)
			return;
		if (nitems == ITEMS_MAX)
			errx(STATUS_ERROR, "pattern too long");
		p = parse_item(&items[nitems++], p);
	}
}

/* ---- a line ---- */

/* Add the place before item i and, as long as that item is optional, the next
 * place. */
static void places_add(bool *places, int i)
{
	while (!places[i]) {
		places[i] = true;
		if (i == nitems || !items[i].is_starred)
			return;
		i++;
	}
}

/* Go from the places before the character to those after it. */
static void places_step(const bool *before, bool *after, uchar c)
{
	memset(after, false, (size_t)nitems + 1);
	for (int i = 0; i < nitems; i++) {
		if (before[i] && items[i].matches[c])
			places_add(after, items[i].is_starred ? i : i + 1);
	}
}

static bool matches(const char *text, size_t length)
{
	static bool places[2][ITEMS_MAX + 1];

	memset(places, false, sizeof(places));
	for (size_t i = 0;; i++) {
		bool *here = places[i % 2];

		if (i == 0 || !at_start)
			places_add(here, 0);
		if (here[nitems] && (!at_end || i == length))
			return true;
		if (i == length)
			return false;
		places_step(here, places[(i + 1) % 2], (uchar)text[i]);
	}
}

/* ---- files ---- */

static void print_match(const struct lines *lines, unsigned long number,
			const char *title)
{
	char prefix[PATH_LEN + 32] = "";
	int n = 0;

	if (title != NULL)
		n = snprintf(prefix, sizeof(prefix), "%s:", title);
	if (shows_numbers)
		snprintf(prefix + n, sizeof(prefix) - (size_t)n,
			 "%lu:", number);
	if (memchr(lines->line, '\0', lines->length) == NULL) {
		printf("%s%s\n", prefix, lines->line);
		return;
	}
	printf("%s", prefix);
	output(STATUS_ERROR, lines->line, lines->length);
	putchar('\n');
}

static int grep(int fd, const char *name, const char *title)
{
	static struct lines lines;
	unsigned long number = 0;
	unsigned long found = 0;

	lines_init(&lines, fd, 0);
	while (lines_next(&lines) != NULL) {
		number++;
		if (matches(lines.line, lines.length) == is_inverted)
			continue;
		found++;
		if (!only_counts)
			print_match(&lines, number, title);
	}
	lines_free(&lines);
	if (lines.error != 0) {
		errno = lines.error;
		warn("%s", name);
		return STATUS_ERROR;
	}
	if (only_counts)
		printf("%s%s%lu\n", title == NULL ? "" : title,
		       title == NULL ? "" : ":", found);
	return found > 0 ? STATUS_FOUND : STATUS_NOT_FOUND;
}

static int grep_file(const char *path, const char *name, bool has_title)
{
	int fd = open_input(path);

	if (fd < 0) {
		warn("%s", name);
		return STATUS_ERROR;
	}
	int result = grep(fd, name, has_title ? name : NULL);
	close(fd);
	return result;
}

static int grep_files(char **paths, int count)
{
	int status = STATUS_NOT_FOUND;

	for (int i = 0; i < count; i++) {
		int result = grep_file(paths[i], paths[i], count > 1);

		if (result == STATUS_ERROR ||
		    (result == STATUS_FOUND && status == STATUS_NOT_FOUND))
			status = result;
	}
	return status;
}

int main(int argc, char **argv)
{
	int letter;

	while ((letter = getopt(argc, argv, "cinv")) != -1) {
		if (letter == '?')
			usage(SYNOPSIS);
		only_counts |= letter == 'c';
		ignores_case |= letter == 'i';
		shows_numbers |= letter == 'n';
		is_inverted |= letter == 'v';
	}
	if (optind == argc)
		usage(SYNOPSIS);
	parse_pattern(argv[optind++]);

	int status = optind == argc ? grep_file("-", "standard input", false)
				    : grep_files(argv + optind, argc - optind);

	errno = print_take_error();
	if (errno != 0 && errno != EPIPE)
		err(STATUS_ERROR, "standard output");
	return status;
}
