/* kernel/proc/exec_args.h: the arguments and the environment of a program. */
#pragma once

#include "lib/types.h"

#define STACK_ALIGN 16 /* of the strings, and of the pointers to them */

/* The arguments and then the environment: strings, each with its NUL, one after
 * the other in a frame. */
struct exec_args {
	char *page;
	uint64 used; /* bytes */
	uint64 argc; /* number of arguments */
	uint64 envc; /* number of strings after them */
};

/* Start without strings. Returns 0 or -ENOMEM. */
int exec_args_init(struct exec_args *args);

/* Append an argument. Returns 0, or -E2BIG if all strings together with the
 * pointers to them would not fit in ARGS_SIZE. */
int exec_args_add(struct exec_args *args, const char *string);

void exec_args_free(struct exec_args *args);

/* The largest string, in bytes including its NUL, that fits at page + used; 0
 * if there is no room for another string. */
uint64 exec_args_room(const struct exec_args *args);
