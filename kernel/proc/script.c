/* kernel/proc/script.c: files that begin with #! and name their interpreter. */
#include "proc/script.h"

#include "abi/errno.h"
#include "fs/inode.h"
#include "lib/string.h"
#include "mm/uio.h"

#define LINE_MAX 128 /* bytes of the first line, including its newline */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static char *skip_blanks(char *c)
{
	while (is_blank(*c))
		c++;
	return c;
}

/* Read the first line, without "#!" and without blanks at its end. */
static int read_line(struct inode *inode, char line[LINE_MAX])
{
	struct uio uio = uio_kernel(line, LINE_MAX);

	long n = inode_lock_killable(inode);

	if (n != 0)
		return (int)n;
	n = inode_read(inode, &uio, 0);
	inode_unlock(inode);
	if (n < 0)
		return (int)n;
	if (n < 2 || line[0] != '#' || line[1] != '!')
		return -ENOEXEC;

	long end = 2;

	while (end < n && line[end] != '\n' && line[end] != '\0')
		end++;
	if (end == LINE_MAX)
		return -ENOEXEC;
	while (end > 2 && is_blank(line[end - 1]))
		end--;
	memmove(line, line + 2, (uint64)end - 2);
	line[end - 2] = '\0';
	return 0;
}

/* Add the interpreter, and the rest of the line as one argument if it is not
 * empty. */
static int add_line(struct exec_args *args, char *line)
{
	char *program = skip_blanks(line), *end = program;

	while (*end != '\0' && !is_blank(*end))
		end++;
	if (end == program)
		return -ENOEXEC;

	char *rest = skip_blanks(end);
	bool has_rest = *rest != '\0';

	*end = '\0';

	int error = exec_args_add(args, program);

	return error == 0 && has_rest ? exec_args_add(args, rest) : error;
}

/* Add all strings after argv[0]. */
static int add_others(struct exec_args *to, const struct exec_args *from)
{
	uint64 skipped = from->argc > 0 ? strlen(from->page) + 1 : 0;
	uint64 bytes = from->used - skipped;

	to->argc += from->argc > 0 ? from->argc - 1 : 0;
	to->envc = from->envc;
	if (bytes > exec_args_room(to))
		return -E2BIG;
	memcpy(to->page + to->used, from->page + skipped, bytes);
	to->used += bytes;
	return 0;
}

static int fill(struct exec_args *made, char *line, const char *file,
		const struct exec_args *args)
{
	int error = add_line(made, line);

	if (error != 0)
		return error;
	error = exec_args_add(made, file);
	if (error != 0)
		return error;
	return add_others(made, args);
}

int script_args(struct inode *inode, const char *file, struct exec_args *args)
{
	char line[LINE_MAX];
	struct exec_args made;
	int error = read_line(inode, line);

	if (error != 0)
		return error;
	error = exec_args_init(&made);
	if (error != 0)
		return error;
	error = fill(&made, line, file, args);
	if (error != 0) {
		exec_args_free(&made);
		return error;
	}
	exec_args_free(args);
	*args = made;
	return 0;
}
