/* user/bin/cowbench/main.c: measure the costs of the kernel's services.
 *
 * Prints lines `name value unit`. With ICOUNT=1 the unit is one instruction of
 * program or kernel, and the values are the same on every machine
 * (docs/bench.md). */

#include "cowbench.h"

#define SYNOPSIS "cowbench [-l] [NAME[:NUMBER]]..."
#define NAME_WIDTH 24
#define NAME_SIZE 32

static const struct row *const groups[] = {
	process_rows, fault_rows, memory_rows, file_rows, parallel_rows,
};

/* The rows to measure by default. They fit into 128 MiB even if fork copies. */
static char *usual_names[] = {
	"getpid",
	"pipe",
	"pipe_round_trip",
	"switch",
	"fork",
	"fork:2560",
	"fork_page",
	"exit_page",
	"fork_exit_wait",
	"fork_exit_wait:2560",
	"fork_write_wait",
	"fork_exec_wait",
	"fork_exec_wait:2560",
	"crowd",
	"fault_copy",
	"fault_last_owner",
	"fault_fresh",
	"free_page",
	"child_memory",
	"child_memory:2560",
	"child_lost:2560",
	"file_create",
	"file_write",
	"file_open",
	"file_read",
	"file_unlink",
	NULL,
};

#define EACH_ROW(row)                                                          \
	for (size_t g_ = 0; g_ < sizeof(groups) / sizeof(groups[0]); g_++)     \
		for (const struct row *row = groups[g_]; row->name != NULL;    \
		     row++)

/* The number of operations in one window of the row, as text. */
static const char *row_ops(const struct row *row, char *text, size_t size)
{
	if (row->window == NULL)
		return "-";
	if (row->ops == PER_N)
		return row->number;
	snprintf(text, size, "%ld", row->ops);
	return text;
}

static void list_rows(void)
{
	char name[NAME_SIZE];
	char ops[NAME_SIZE];

	EACH_ROW(row)
	{
		snprintf(name, sizeof(name), row->number ? "%s:%s" : "%s",
			 row->name, row->number);
		printf("%-*s %-12s %6s  %s\n", NAME_WIDTH, name, row->unit,
		       row_ops(row, ops, sizeof(ops)), row->what);
	}
}

/* The row with that name, or NULL. */
static const struct row *row_find(const char *name, size_t length)
{
	EACH_ROW(row)
	if (strncmp(row->name, name, length) == 0 && row->name[length] == '\0')
		return row;
	return NULL;
}

/* Parse NAME or NAME:N; exit if it is invalid. */
static const struct row *word_parse(const char *word, long *number)
{
	const char *colon = strchr(word, ':');
	size_t length = colon ? (size_t)(colon - word) : strlen(word);
	const struct row *row = row_find(word, length);

	if (row == NULL)
		errx(2, "no row is called %s (cowbench -l lists them)", word);
	*number = row->usual;
	if (colon == NULL)
		return row;
	if (row->number == NULL)
		errx(2, "%s takes no number", row->name);
	if (!parse_number(colon + 1, number) || *number > 1L << 24 ||
	    (*number == 0 && row->ops == PER_N))
		errx(2, "%s: not a number of %s", word, row->number);
	return row;
}

static void measure(const char *word)
{
	long number;
	const struct row *row = word_parse(word, &number);
	uint64 total =
		row->figure ? row->figure(number) : least(row->window, number);
	uint64 ops = (uint64)(row->ops == PER_N ? number : row->ops);

	if (ops == 1)
		printf("%-*s %12lu %s\n", NAME_WIDTH, word, total, row->unit);
	else
		printf("%-*s %10lu.%lu %s\n", NAME_WIDTH, word, total / ops,
		       total % ops * 10 / ops, row->unit);
}

int main(int argc, char **argv)
{
	long ignored;

	if (argc == 2 && strcmp(argv[1], "-l") == 0) {
		list_rows();
		return 0;
	}
	if (argc > 1 && argv[1][0] == '-')
		usage(SYNOPSIS);

	char **names = argc > 1 ? argv + 1 : usual_names;

	for (char **name = names; *name != NULL; name++)
		word_parse(*name, &ignored);
	meter_init();
	if (!counters_count_instructions())
		warnx("not measured in instructions, so not comparable: boot "
		      "with ICOUNT=1");
	for (char **name = names; *name != NULL; name++)
		measure(*name);
	return 0;
}
