/* kernel/dev/history.c: the lines typed most recently. */
#include "dev/history.h"

#include "lib/string.h"

/* The length of the line that starts at `start`, without its newline. */
static uint32 length_at(const struct history *h, uint32 start)
{
	uint32 end = start;

	while (end < h->len && h->text[end] != '\n')
		end++;
	return end - start;
}

/* The start of the line whose newline is just before `end`. */
static uint32 start_before(const struct history *h, uint32 end)
{
	uint32 start = end - 1;

	while (start > 0 && h->text[start - 1] != '\n')
		start--;
	return start;
}

static bool is_newest(const struct history *h, const char *line, uint32 n)
{
	if (h->len == 0)
		return false;

	uint32 newest = start_before(h, h->len);

	return length_at(h, newest) == n &&
	       memcmp(&h->text[newest], line, n) == 0;
}

void history_add(struct history *h, const char *line, uint32 n)
{
	h->shown = h->len;
	if (n == 0 || n >= HISTORY_SIZE || is_newest(h, line, n))
		return;

	uint32 dropped = 0;

	while (h->len - dropped + n + 1 > HISTORY_SIZE)
		dropped += length_at(h, dropped) + 1;
	h->len -= dropped;
	memmove(h->text, h->text + dropped, h->len);
	memcpy(h->text + h->len, line, n);
	h->len += n;
	h->text[h->len++] = '\n';
	h->shown = h->len;
}

const char *history_older(struct history *h, uint32 *n)
{
	if (h->shown == 0)
		return NULL;
	h->shown = start_before(h, h->shown);
	*n = length_at(h, h->shown);
	return &h->text[h->shown];
}

const char *history_newer(struct history *h, uint32 *n)
{
	if (h->shown == h->len)
		return NULL;
	h->shown += length_at(h, h->shown) + 1;
	*n = length_at(h, h->shown);
	return &h->text[h->shown];
}
