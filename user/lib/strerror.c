/* user/lib/strerror.c: messages for error numbers. */

#include "error.h"
#include "sys.h"

#define ERRNO_WORDS(name, number, words) [number] = (words),
static const char *const words[] = { [0] = "success", ERRNO_LIST(ERRNO_WORDS) };

const char *strerror(int number)
{
	size_t index = (size_t)number;

	if (index >= sizeof(words) / sizeof(words[0]) || words[index] == NULL)
		return "unknown error";
	return words[index];
}

void perror(const char *what)
{
	fprintf(2, "%s: %s\n", what, strerror(errno));
}
