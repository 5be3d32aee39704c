/* kernel/proc/exec.h: a process takes up another program. */
#pragma once

#include "lib/types.h"

/* The arguments and behind them the environment: strings, each with its NUL,
 * one after the other in a frame. */
struct exec_args {
	char *page;
	uint64 used; /* bytes */
	uint64 argc; /* strings that are arguments */
	uint64 envc; /* strings behind them */
};

struct inode;

/* No strings so far; 0 or -ENOMEM. Then add arguments one by one: 0, or -E2BIG
 * when all strings and the pointers to them do not fit in ARGS_SIZE. */
int exec_args_init(struct exec_args *args);
int exec_args_add(struct exec_args *args, const char *string);
void exec_args_free(struct exec_args *args);

/* Bytes that one more string can have, its NUL included, at the page's
 * page + used; 0 when there is no room for another. */
uint64 exec_args_room(const struct exec_args *args);

/* The running process takes up the program in file `path`. A name without a
 * slash that is not in the current directory is looked for in /bin. Returns 0,
 * and the trapframe is as the new program wants it; or an error, and then the
 * process is as it was.
 *
 * A file that begins with #! is run by the program in its first line, whose
 * arguments are the rest of that line, if there is any, as one argument, the
 * file, and what came behind argv[0]; `args` then changes. -ELOOP when such
 * programs are files of that kind too often. */
int proc_exec(const char *path, struct exec_args *args);

/* Make `args`, for a file that begins with #!, what they are for the program
 * that it names, which becomes the first. 0, -ENOEXEC when it is no such file,
 * -E2BIG, -ENOMEM or -EIO. */
int script_args(struct inode *inode, const char *file, struct exec_args *args);
