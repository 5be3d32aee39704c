/* kernel/abi/vmstat.h: the lines of /dev/vmstat, in order.
 *
 * Each line is `name value`. Frames are of PGSIZE bytes; events are counted
 * since boot. */
#pragma once

/* What the frames are doing now. */
#define VMSTAT_GAUGES(X)                                                       \
	X(total)  /* frames that can be handed out */                          \
	X(free)   /* of these, not in use */                                   \
	X(used)   /* of these, in use: total - free */                         \
	X(shared) /* user frames with more than one reference */               \
	X(table)  /* frames that hold page tables of programs */               \
	X(procs)  /* processes alive, zombies included */                      \
	X(late)   /* microseconds: longest wait of a timer interrupt */

/* What has happened. */
#define VMSTAT_EVENTS(X)                                                       \
	X(fork)       /* processes made */                                     \
	X(fault_load) /* page faults, by what the program tried */             \
	X(fault_store)                                                         \
	X(fault_exec)                                                          \
	X(cow_copy)  /* writes that copied a shared frame */                   \
	X(cow_reuse) /* writes whose frame had become the writer's alone */    \
	X(zero_fill) /* frames cleared for a program */
