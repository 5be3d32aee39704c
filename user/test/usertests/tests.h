/* user/test/usertests/tests.h: all groups of tests, and helpers that several of
 * them use. */
#pragma once

#include "runner.h"

/* The tests of a lab, or NULL if the hand-out is without their file. */
#define LAB_TESTS(name) extern const struct test name[] __attribute__((weak))

LAB_TESTS(cow_sharing_tests);
LAB_TESTS(cow_isolation_tests);
LAB_TESTS(cow_copies_tests);
LAB_TESTS(cow_rights_tests);
LAB_TESTS(cow_memory_tests);
LAB_TESTS(cow_races_tests);
LAB_TESTS(cow_fences_tests);
LAB_TESTS(cow_leaks_tests);
LAB_TESTS(cow_cost_tests);
LAB_TESTS(lazy_heap_tests);
LAB_TESTS(lazy_region_tests);
LAB_TESTS(lazy_zero_tests);
LAB_TESTS(lazy_program_tests);
LAB_TESTS(lazy_promise_tests);
LAB_TESTS(lazy_text_tests);
LAB_TESTS(lazy_mmap_tests);
LAB_TESTS(lazy_munmap_tests);
LAB_TESTS(lazy_protect_tests);
LAB_TESTS(lazy_vfork_tests);
LAB_TESTS(lazy_spawn_tests);
LAB_TESTS(lazy_mapped_tests);
LAB_TESTS(lazy_fetch_tests);
LAB_TESTS(lazy_shared_tests);
LAB_TESTS(lazy_store_tests);
LAB_TESTS(lazy_change_tests);

extern const struct test nomem_tests[];
extern const struct test nomem_file_tests[];
extern const struct test memory_tests[];
extern const struct test border_tests[];
extern const struct test pointer_tests[];
extern const struct test argument_tests[];
extern const struct test process_tests[];
extern const struct test end_tests[];
extern const struct test stretch_tests[];
extern const struct test state_tests[];
extern const struct test child_tests[];
extern const struct test exec_tests[];
extern const struct test script_tests[];
extern const struct test fresh_tests[];
extern const struct test pipe_tests[];
extern const struct test file_tests[];
extern const struct test bigfile_tests[];
extern const struct test slow_tests[];
extern const struct test large_tests[];
extern const struct test directory_tests[];
extern const struct test name_tests[];
extern const struct test crowd_tests[];
extern const struct test turn_tests[];
extern const struct test size_tests[];
extern const struct test library_tests[];

/* Read the counters. This also makes the caller's stack private, so that copies
 * of stack pages do not show up in what is measured next. */
struct vmstat measure(void);

/* Like IN_CHILD, but the child begins after its parent has made the copies that
 * follow a fork, so that only the child's own copies are counted. */
#define IN_MEASURED_CHILD()                                                    \
	for (bool in_child_ = fork_measured(); in_child_;                      \
	     in_child_ = exit_child())
bool fork_measured(void); /* true in the child */

/* Fail if the kernel's audit finds an error. A kernel without an audit
 * passes. */
void check_audit(void);

/* Make a system call whose n-th allocation fails:
 *     write(fd, "fail N"); result = call; write(fd, "fail 0")
 * In between no memory of the program is touched, so the allocations are those
 * of the call itself. `fd` is /dev/vmstat, open for writing. Returns the
 * result, or -1 with errno set. */
long call_with_failure(int fd, int n, long number, long a0, long a1, long a2);

/* Run `step` in a child for n = 1, 2, ..., with gaps for large n, until it
 * succeeds. Each failure must be ENOMEM and must lose no frame. */
void sweep_failures(const char *what, long (*step)(int fd, int n));

/* A step for sweep_failures(): fork, and wait for the child, which does
 * nothing. */
long fork_with_failure(int fd, int n);

/* A part of a program: `size` bytes at va, and zeros after them up to `room`
 * bytes. `rights` are those of ELF: 4 to read, 2 to write, 1 to execute. */
struct segment {
	uint64 va;
	uint32 rights;
	const void *bytes;
	size_t size;
	size_t room;
	bool is_stack; /* it only asks for a stack of `room` bytes */
};

/* Write a program of these segments to a file. It starts at the beginning of
 * the first one. */
void make_program(const char *path, const struct segment *segments,
		  uint16 count);

/* The same, but the offset of each segment in its block is that of va in its
 * page. */
void make_mappable_program(const char *path, const struct segment *segments,
			   uint16 count);

/* A kind of store, and where in two pages to try it. The list ends with
 * NULL. */
struct store {
	void (*store)(char *at);
	size_t bytes; /* that it changes at most */
	size_t where; /* offset in the pages */
};
extern const struct store stores[];

/* Fork until it fails, but at most `most` times; that must be because there are
 * too many processes or too little memory. Then let the children exit. Returns
 * their number. */
int fill_the_machine(int most);
