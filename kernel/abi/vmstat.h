/* kernel/abi/vmstat.h: the lines of /dev/vmstat, in order.
 *
 * Each line is `name value`. A frame is PGSIZE bytes of memory. Events are
 * counted since boot. */
#pragma once

/* The current state of memory. */
#define VMSTAT_GAUGES(X)                                                       \
	X(total)  /* frames that the kernel can allocate */                    \
	X(free)   /* how many of them are free */                              \
	X(used)   /* how many are in use: total - free */                      \
	X(shared) /* frames that more than one page maps */                    \
	X(table)  /* frames that hold programs' page tables */                 \
	X(procs)  /* processes, including zombies */                           \
	X(late)   /* longest delay of a timer interrupt, in microseconds */

/* Events. */
#define VMSTAT_EVENTS(X)                                                       \
	X(fork)       /* processes created */                                  \
	X(fault_load) /* page faults, by kind of access */                     \
	X(fault_store)                                                         \
	X(fault_exec)                                                          \
	X(cow_copy)  /* write faults that copied a frame */                    \
	X(cow_reuse) /* write faults of a frame's last owner */                \
	X(zero_fill) /* frames cleared for a program */
