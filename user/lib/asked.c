/* user/lib/asked.c: a grader's list of the tests to run. */

#include "asked.h"

#include "test.h"

char *asked_read(const char *path)
{
	struct stat st;
	int fd = xopen(path, O_RDONLY);

	if (fstat(fd, &st) < 0)
		err(1, "%s", path);

	char *text = xmalloc(st.size + 1);

	xread(fd, text, st.size);
	xclose(fd);
	text[st.size] = '\0';
	return text;
}

/* Cut the text at the next `end`, which becomes a NUL, and return the part
 * before it; NULL if there is no such character. */
static char *cut(char **text, char end)
{
	char *begin = *text;
	char *found = strchr(begin, end);

	if (found == NULL)
		return NULL;
	*found = '\0';
	*text = found + 1;
	return begin;
}

bool asked_next(char **text, struct asked *asked)
{
	char *line = cut(text, '\n');

	if (line == NULL)
		return false;
	asked->group = cut(&line, ' ');
	asked->name = asked->group == NULL ? NULL : cut(&line, ' ');
	asked->passed = asked->name == NULL ? NULL : cut(&line, ' ');
	asked->failed = asked->passed == NULL ? NULL : cut(&line, ' ');
	if (asked->failed == NULL)
		errx(2, "expected GROUP NAME WORD WORD and an optional reason "
			"in each line");
	asked->reason = line[0] == '\0' ? NULL : line;
	return true;
}
