/* user/lib/vmstat.c: read /dev/vmstat. */

#include "vmstat.h"

#include "string.h"
#include "sys.h"

#define TEXT_SIZE 1024

/* Read the whole text and add a NUL. Returns 0 or -1. */
static int text_read(char *text)
{
	int fd = open(VMSTAT_PATH, O_RDONLY);
	size_t length = 0;
	long n;

	if (fd < 0)
		return -1;
	while ((n = read(fd, text + length, TEXT_SIZE - 1 - length)) > 0)
		length += (size_t)n;
	text[length] = '\0';
	close(fd);
	return n < 0 ? -1 : 0;
}

static long text_value(const char *text, const char *name)
{
	size_t n = strlen(name);

	while (text != NULL) {
		if (strncmp(text, name, n) == 0 && text[n] == ' ')
			return strtol(text + n, NULL, 10);
		text = strchr(text, '\n');
		if (text != NULL)
			text++;
	}
	return -1;
}

static long value_or_zero(const char *text, const char *name)
{
	long value = text_value(text, name);

	return value < 0 ? 0 : value;
}

int vmstat_read(struct vmstat *stat)
{
	char text[TEXT_SIZE];

	if (text_read(text) < 0)
		return -1;
#define FIELD_FILL(name) stat->name = value_or_zero(text, #name);
	VMSTAT_GAUGES(FIELD_FILL)
	VMSTAT_EVENTS(FIELD_FILL)
#undef FIELD_FILL
	return 0;
}

long vmstat_get(const char *name)
{
	char text[TEXT_SIZE];

	return text_read(text) < 0 ? -1 : text_value(text, name);
}
