/* user/lib/process.c: read about processes in /proc. */

#include "process.h"

#include "dir.h"
#include "memory.h"
#include "print.h"
#include "sort.h"
#include "string.h"
#include "sys.h"

#define TEXT_SIZE 1024

static int open_of(int pid, const char *name)
{
	char path[PATH_LEN];

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	return open(path, O_RDONLY);
}

/* The text after a label at the start of a line; "" if there is no such
 * label. */
static const char *field(const char *text, const char *label)
{
	size_t n = strlen(label);

	while (strncmp(text, label, n) != 0) {
		text = strchr(text, '\n');
		if (text == NULL)
			return "";
		text++;
	}
	for (text += n; *text == ' ' || *text == '\t';)
		text++;
	return text;
}

static long number(const char *text, const char *label)
{
	return strtol(field(text, label), NULL, 10);
}

/* Copy the text up to the character `end`. */
static void copy_until(char *dst, size_t size, const char *text, char end)
{
	size_t i = 0;

	for (; i + 1 < size && text[i] != end && text[i] != '\0'; i++)
		dst[i] = text[i];
	dst[i] = '\0';
}

/* Read a whole file and add a NUL. Closes `fd`. Returns 0 or -1. */
static int text_read(int fd, char text[TEXT_SIZE])
{
	if (fd < 0)
		return -1;

	long n = read(fd, text, TEXT_SIZE - 1);

	close(fd);
	if (n < 0)
		return -1;
	text[n] = '\0';
	return 0;
}

long meminfo_get(const char *label)
{
	char text[TEXT_SIZE];

	if (text_read(open("/proc/meminfo", O_RDONLY), text) < 0)
		return -1;
	return number(text, label);
}

int process_read(int pid, struct process *process)
{
	char text[TEXT_SIZE];

	if (text_read(open_of(pid, "status"), text) < 0)
		return -1;
	*process = (struct process){
		.pid = pid,
		.parent = (int)number(text, "PPid:"),
		.state = *field(text, "State:"),
		.size = number(text, "VmSize:"),
		.rss = number(text, "VmRSS:"),
		.shared = number(text, "Shared:"),
		.tables = number(text, "VmPTE:"),
		.pss = (uint64)number(text, "PssFixed:"),
		.faults = number(text, "Faults:"),
		.copies = number(text, "Copies:"),
		.takeovers = number(text, "TakeOvers:"),
	};
	copy_until(process->name, sizeof(process->name), field(text, "Name:"),
		   '\n');
	return 0;
}

/* Make room for one more item after `count` items. */
static void *grow(void *items, long count, size_t size)
{
	return count % 32 == 0 ? xrealloc(items, (size_t)(count + 32) * size)
			       : items;
}

static int compare_pids(const void *a, const void *b)
{
	const struct process *x = a, *y = b;

	return x->pid < y->pid ? -1 : x->pid > y->pid;
}

/* Return a sorted copy and free the original. */
static struct process *sorted(struct process *all, long count)
{
	struct process **by_pid =
		xmalloc((size_t)(count + 1) * sizeof(*by_pid));
	struct process *result = xmalloc((size_t)(count + 1) * sizeof(*all));

	for (long i = 0; i < count; i++)
		by_pid[i] = &all[i];
	sort_pointers((void **)by_pid, (size_t)count, compare_pids);
	for (long i = 0; i < count; i++)
		result[i] = *by_pid[i];
	free(by_pid);
	free(all);
	return result;
}

long processes_read(struct process **all)
{
	struct dir dir;
	const char *name;
	long pid, count = 0;

	*all = NULL;
	if (dir_open(&dir, "/proc") < 0)
		return -1;
	while ((name = dir_next(&dir)) != NULL) {
		if (!parse_number(name, &pid))
			continue;
		*all = grow(*all, count, sizeof(**all));
		if (process_read((int)pid, &(*all)[count]) == 0)
			count++;
	}
	dir_close(&dir);
	*all = sorted(*all, count);
	if (dir.error == 0)
		return count;
	free(*all);
	*all = NULL;
	errno = dir.error;
	return -1;
}

static void mapping_parse(const char *text, struct mapping *m)
{
	char *end;

	m->start = (uint64)strtol(text, &end, 16);
	m->end = (uint64)strtol(end + 1, &end, 16);
	copy_until(m->rights, sizeof(m->rights), end + 1, ' ');
	for (end += sizeof(m->rights); *end == ' ';)
		end++;
	copy_until(m->kind, sizeof(m->kind), end, '\n');
	m->rss = number(text, "Rss:");
	m->shared = number(text, "Shared:");
	m->private = number(text, "Private:");
	m->cow = number(text, "Cow:");
	m->pss = (uint64)number(text, "PssFixed:");
}

long mappings_read(int pid, struct mapping **all)
{
	char text[SMAPS_RECORD * 16 + 1];
	long n, count = 0;
	int fd = open_of(pid, "smaps");

	*all = NULL;
	if (fd < 0)
		return -1;
	while ((n = read(fd, text, sizeof(text) - 1)) > 0) {
		text[n] = '\0';
		for (long at = 0; at < n; at += SMAPS_RECORD) {
			*all = grow(*all, count, sizeof(**all));
			mapping_parse(text + at, &(*all)[count++]);
		}
	}
	close(fd);
	return n < 0 ? -1 : count;
}
