/* kernel/proc/exec.h: replace the program of a process. */
#pragma once

#include "proc/exec_args.h"

/* Replace the program of the running process by the one in the file `path`. A
 * name without a slash that is not in the current directory is also looked up
 * in /bin. Returns 0 with the trapframe set up for the new program, or an error
 * with the process unchanged.
 *
 * A file that begins with #! is run by the program that its first line names
 * (proc/script.h); `args` then changes. -ELOOP if too many such files run each
 * other. */
int proc_exec(const char *path, struct exec_args *args);
