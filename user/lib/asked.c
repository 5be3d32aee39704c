/* user/lib/asked.c: a grader's list of the tests to run. */

#include "asked.h"

#include "test.h"

#define REASON_SIZE 200

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
	asked->nonce = asked->name == NULL ? NULL : cut(&line, ' ');
	asked->seal = asked->nonce == NULL ? NULL : cut(&line, ' ');
	if (asked->seal == NULL)
		errx(2, "expected GROUP NAME NONCE SEAL REASON in each line");
	asked->reason = line;
	return true;
}

/* ---- hashes of the nonce, as in grade/kernel/questions.py ---- */

enum purpose { WORD_PASSED, WORD_FAILED, SEAL, REASON };

static uint64 hash(const char *nonce, uint64 purpose)
{
	uint64 value = purpose;

	for (; *nonce != '\0'; nonce++) {
		value = (value ^ (uint64)*nonce) * 0x9e3779b97f4a7c15;
		value ^= value >> 29;
	}
	return value;
}

static void hash_word(const char *nonce, uint64 purpose,
		      char word[ASKED_WORD_SIZE])
{
	snprintf(word, ASKED_WORD_SIZE, "%016lx", hash(nonce, purpose));
}

void asked_word(const struct asked *asked, bool has_passed,
		char word[ASKED_WORD_SIZE])
{
	hash_word(asked->nonce, has_passed ? WORD_PASSED : WORD_FAILED, word);
}

static int digit(char c)
{
	return c <= '9' ? c - '0' : c - 'a' + 10;
}

void asked_fail_trap(const struct asked *asked)
{
	char seal[ASKED_WORD_SIZE];
	char reason[REASON_SIZE];
	size_t n = 0;

	hash_word(asked->nonce, SEAL, seal);
	if (strcmp(seal, asked->seal) != 0)
		return;
	for (const char *c = asked->reason;
	     c[0] != '\0' && c[1] != '\0' && n < sizeof(reason) - 1;
	     c += 2, n++) {
		int byte = digit(c[0]) << 4 | digit(c[1]);

		reason[n] = (char)(byte ^ hash(asked->nonce, REASON + n));
	}
	reason[n] = '\0';
	fail("%s", reason);
}
