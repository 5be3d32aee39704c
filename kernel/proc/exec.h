/* kernel/proc/exec.h: a process takes up another program. */
#pragma once

#include "lib/types.h"

/* The arguments, each with its NUL, one after the other in a frame. */
struct exec_args {
	char *page;
	uint64 used; /* bytes */
	uint64 argc;
};

/* No arguments so far; 0 or -ENOMEM. Then add them one by one: 0, or -E2BIG
 * when they and the pointers to them do not fit in ARGS_SIZE. */
int exec_args_init(struct exec_args *args);
int exec_args_add(struct exec_args *args, const char *string);
void exec_args_free(struct exec_args *args);

/* Bytes that one more argument can have, its NUL included, at the page's
 * page + used; 0 when there is no room for another. */
uint64 exec_args_room(const struct exec_args *args);

/* The running process takes up the program in file `path`. A name without a
 * slash that is not in the current directory is looked for in /bin. Returns 0,
 * and the trapframe is as the new program wants it; or an error, and then the
 * process is as it was. */
int proc_exec(const char *path, const struct exec_args *args);
