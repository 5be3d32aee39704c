/* user/bin/sh/redirect.c: < > >> and >&. */

#include "sh.h"

/* dup() returns the lowest free descriptor, so fill the lower ones until it is
 * `to`. */
int fd_move(int from, int to)
{
	int below[NOFILE];
	int count = 0;
	int fd;

	if (from == to)
		return 0;
	close(to);
	while ((fd = dup(from)) >= 0 && fd < to)
		below[count++] = fd;
	while (count > 0)
		close(below[--count]);
	close(from);
	return fd == to ? 0 : -1;
}

int fd_hide(int fd)
{
	int below[OWN_FD];
	int count = 0;
	int copy;

	while ((copy = dup(fd)) >= 0 && copy < OWN_FD)
		below[count++] = copy;

	int reason = errno;

	while (count > 0)
		close(below[--count]);
	errno = reason;
	return copy;
}

static int target_open(enum token_kind kind, const char *word)
{
	long fd;

	switch (kind) {
	case TOKEN_LESS:
		return open(word, O_RDONLY);
	case TOKEN_GREATER:
		return open(word, O_WRONLY | O_CREATE | O_TRUNC);
	case TOKEN_GREATER_GREATER:
		return open(word, O_WRONLY | O_CREATE | O_APPEND);
	default: /* TOKEN_GREATER_AND */
		if (parse_number(word, &fd) && fd >= 0 && fd < OWN_FD)
			return dup((int)fd);
		errno = EBADF;
		return -1;
	}
}

/* Save the descriptor, to restore it later; false if there is no room. */
static bool save(struct saved_fds *saved, int fd)
{
	const int room = sizeof(saved->entries) / sizeof(saved->entries[0]);

	if (saved->count == room)
		return false;

	int copy = fd_hide(fd);

	if (copy < 0 && errno != EBADF)
		return false;
	saved->entries[saved->count].fd = fd;
	saved->entries[saved->count++].copy = copy;
	return true;
}

int redirects_apply(const struct redirect *list, int status,
		    struct saved_fds *saved)
{
	for (; list != NULL; list = list->next) {
		const char *word = expand(list->word, status);

		if (saved != NULL && !save(saved, list->fd)) {
			warnx("too many redirections");
			return -1;
		}

		int fd = target_open(list->kind, word);

		if (fd < 0 || fd_move(fd, list->fd) < 0) {
			warn("%s", word);
			return -1;
		}
	}
	return 0;
}

void redirects_undo(struct saved_fds *saved)
{
	while (saved->count > 0) {
		int fd = saved->entries[--saved->count].fd;
		int copy = saved->entries[saved->count].copy;

		if (copy < 0)
			close(fd);
		else
			fd_move(copy, fd);
	}
}
