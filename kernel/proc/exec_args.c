/* kernel/proc/exec_args.c: the arguments and the environment of a program. */
#include "proc/exec_args.h"

#include "abi/errno.h"
#include "abi/limits.h"
#include "lib/string.h"
#include "mm/frame.h"

int exec_args_init(struct exec_args *args)
{
	*args = (struct exec_args){ .page = kalloc() };
	return args->page != NULL ? 0 : -ENOMEM;
}

void exec_args_free(struct exec_args *args)
{
	kfree(args->page);
}

uint64 exec_args_room(const struct exec_args *args)
{
	/* One for each string so far, one for the new string, and two NULLs. */
	uint64 pointers = args->argc + args->envc + 3;
	uint64 taken = args->used + pointers * sizeof(uint64) + 2 * STACK_ALIGN;

	return taken < ARGS_SIZE ? ARGS_SIZE - taken : 0;
}

int exec_args_add(struct exec_args *args, const char *string)
{
	uint64 size = strlen(string) + 1;

	if (size > exec_args_room(args))
		return -E2BIG;
	memcpy(args->page + args->used, string, size);
	args->used += size;
	args->argc++;
	return 0;
}
