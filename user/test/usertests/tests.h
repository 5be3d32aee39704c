/* user/test/usertests/tests.h: all groups, and what several of them need. */
#pragma once

#include "runner.h"

extern const struct test cow_sharing_tests[];
extern const struct test cow_isolation_tests[];
extern const struct test cow_copies_tests[];
extern const struct test cow_rights_tests[];
extern const struct test cow_memory_tests[];
extern const struct test cow_races_tests[];
extern const struct test cow_fences_tests[];
extern const struct test cow_leaks_tests[];
extern const struct test cow_cost_tests[];
extern const struct test nomem_tests[];
extern const struct test nomem_file_tests[];
extern const struct test memory_tests[];
extern const struct test pointer_tests[];
extern const struct test argument_tests[];
extern const struct test process_tests[];
extern const struct test state_tests[];
extern const struct test exec_tests[];
extern const struct test script_tests[];
extern const struct test pipe_tests[];
extern const struct test file_tests[];
extern const struct test bigfile_tests[];
extern const struct test slow_tests[];
extern const struct test directory_tests[];
extern const struct test name_tests[];
extern const struct test crowd_tests[];
extern const struct test turn_tests[];
extern const struct test library_tests[];

/* The counters now. The stack is the caller's own afterwards, so that none of
 * its pages show up in what is measured. */
struct vmstat measure(void);

/* Like IN_CHILD, but the child begins when its parent has got over the copies
 * that follow a fork, so that the child's are the only ones. */
#define IN_MEASURED_CHILD()                                                    \
	for (bool in_child_ = fork_measured(); in_child_;                      \
	     in_child_ = exit_child())
bool fork_measured(void); /* true in the child */

/* The kernel finds its counts right, or has no audit. */
void check_audit(void);

/* As one step that touches no memory of the program:
 *     write(fd, "fail N"); result = call; write(fd, "fail 0")
 * so that the N-th allocation of the call itself fails. `fd` is open for
 * /dev/vmstat. Returns what the call gave, -1 with errno set. */
long call_with_failure(int fd, int n, long number, long a0, long a1, long a2);

/* Do that for n = 1, 2, ..., with gaps where n is large, in a child each until
 * the call succeeds. Each failure must be ENOMEM and lose no frame. */
void sweep_failures(const char *what, long (*step)(int fd, int n));

/* A step for it: fork, and wait for the child that does nothing. */
long fork_with_failure(int fd, int n);
