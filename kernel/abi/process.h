/* kernel/abi/process.h: which processes Ctrl-C ends, and how they end. */
#pragma once

/* For foreground(): Ctrl-C ends the process; those that it forks from now on
 * have both flags. */
#define FOREGROUND_SELF 1
#define FOREGROUND_CHILDREN 2

/* What wait() gives for a process that was ended. */
#define STATUS_KILLED (-1)
#define STATUS_INTERRUPTED (-2) /* by Ctrl-C */
