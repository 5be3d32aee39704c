/* kernel/proc/script.h: files that begin with #! and name their interpreter. */
#pragma once

#include "proc/exec_args.h"

struct inode;

/* Turn the arguments for the script `file`, open as `inode`, into those for its
 * interpreter: the interpreter, the rest of the first line as one argument if
 * it is not empty, the file, and all after argv[0]. Returns 0; -ENOEXEC if the
 * file is not a script; -E2BIG, -ENOMEM or -EIO. */
int script_args(struct inode *inode, const char *file, struct exec_args *args);
