/* kernel/abi/process.h: which processes Ctrl-C kills, and how they end. */
#pragma once

/* Flags for foreground(). */
#define FOREGROUND_SELF 1     /* Ctrl-C kills the process */
#define FOREGROUND_CHILDREN 2 /* its future children get both flags */

/* What wait() reports for a process that was killed. */
#define STATUS_KILLED (-1)
#define STATUS_INTERRUPTED (-2) /* killed by Ctrl-C */
