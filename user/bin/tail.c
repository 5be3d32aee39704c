/* user/bin/tail.c: the last lines of files. */

#include "calf.h"
#include "lines.h"
#include "operands.h"

#define SYNOPSIS "tail [-n LINES | -LINES] [FILE]..."

struct text {
	char *bytes; /* allocated */
	size_t length;
};

/* The last lines so far, each with its newline if it has one. */
struct ring {
	struct text *texts;
	size_t count;  /* lines in the ring */
	size_t room;   /* lines for which `texts` has room */
	size_t limit;  /* lines to keep */
	size_t oldest; /* index of the oldest line, if the ring is full */
};

static void ring_add(struct ring *ring, const struct lines *lines)
{
	struct text text;

	text.length = lines->length + (lines->has_newline ? 1 : 0);
	text.bytes = xmalloc(text.length + 1);
	memcpy(text.bytes, lines->line, lines->length);
	text.bytes[lines->length] = '\n';
	if (ring->count == ring->limit) {
		struct text *oldest = &ring->texts[ring->oldest];

		free(oldest->bytes);
		*oldest = text;
		ring->oldest = (ring->oldest + 1) % ring->limit;
		return;
	}
	if (ring->count == ring->room) {
		ring->room = 2 * ring->room + 16;
		ring->texts = xrealloc(ring->texts,
				       ring->room * sizeof(*ring->texts));
	}
	ring->texts[ring->count++] = text;
}

static void ring_print(struct ring *ring)
{
	for (size_t i = 0; i < ring->count; i++) {
		size_t index = (ring->oldest + i) % ring->count;
		struct text *text = &ring->texts[index];

		output(1, text->bytes, text->length);
		free(text->bytes);
	}
	free(ring->texts);
}

/* Returns 0, or 1 after printing a message. */
static int tail(int fd, const char *name, long count)
{
	static struct lines lines;
	struct ring ring = { .limit = (size_t)count };

	lines_init(&lines, fd, 0);
	while (lines_next(&lines) != NULL) {
		if (count > 0)
			ring_add(&ring, &lines);
	}
	ring_print(&ring);
	lines_free(&lines);
	if (lines.error == 0)
		return 0;
	errno = lines.error;
	warn("%s", name);
	return 1;
}

int main(int argc, char **argv)
{
	return act_on_lines(argc, argv, SYNOPSIS, tail);
}
