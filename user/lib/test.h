/* user/lib/test.h: helpers for tests.
 *
 * A test is a function that returns if everything was right, and calls fail()
 * otherwise. It runs in its own process and its own empty directory
 * (user/lib/runner.h). A test's children may call fail() too. The function
 * xNAME() does what NAME() does, and fails the test if that fails. */
#pragma once

#include "calf.h"
#include "vmstat.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* The status of a process that called fail(). */
#define STATUS_FAILED 99

/* End this process and make the test fail for this reason. If there are several
 * reasons, the first one counts. */
void fail(const char *fmt, ...) PRINTF_LIKE(1, 2) __attribute__((noreturn));

/* Fail in a child and then in the parent, to show that failures are
 * reported. */
void fail_as_asked(void);

/* Declare that this process is a test, and write reasons for failure to `fd`.
 * Without this call they are printed on standard error. */
void fail_to(int fd);

/* "path/file.c:123:". Print it with basename(), to make it short. */
#define AT_LINE __FILE__ ":" AT_LINE_TEXT(__LINE__) ":"
#define AT_LINE_TEXT(line) AT_LINE_TEXT_(line)
#define AT_LINE_TEXT_(line) #line

#define CHECK(condition)                                                       \
	do {                                                                   \
		if (!(condition))                                              \
			fail("%s check failed: %s", basename(AT_LINE),         \
			     #condition);                                      \
	} while (0)

/* Check that two numbers are equal. */
#define CHECK_EQ(actual, expected)                                             \
	check_equal(AT_LINE, #actual, (long)(actual), (long)(expected))
void check_equal(const char *where, const char *what, long actual,
		 long expected);

/* Check that a call fails, and for this reason. */
#define CHECK_FAILS(call, reason)                                              \
	check_fails(AT_LINE, #call, (long)(call), reason)
void check_fails(const char *where, const char *what, long result, int reason);

/* ---- processes ---- */

int xfork(void);

/* The same, but the child waits until its parent has made the copies that
 * follow a fork. So the child can measure its own copies alone. */
int xfork_settled(void);

/* Wait until the process that has started this one, such as a shell, sleeps.
 * Before that, it may still copy a shared page, and the number of free frames
 * changes. */
void starter_settle(void);

/* Wait until there are only `procs` processes: orphans must end and init must
 * collect them, which takes time on a busy machine. Then all of their memory is
 * free again. Returns false if that takes longer than `seconds`. */
#define SETTLE_SECONDS 60 /* a generous default */
bool orphans_settle(long procs, int seconds);

/* Wait until a child has ended, and leave it to wait(). */
void await_zombie(int pid);

/* Wait until somebody has waited for a process that is ending: its files are
 * closed some time before its memory is free. This writes to no page that is
 * not the caller's own already. */
void await_gone(int pid);

/* Start a child that ends at once with this status, and wait until it has.
 * Returns its pid. */
int xzombie(int status);

/* Wait for any child, and check that it has ended with this status. Returns its
 * pid. */
int xwait(int status);

/* Run the next statement in a child, which then exits with 0. */
#define IN_CHILD()                                                             \
	for (bool in_child_ = xfork() == 0; in_child_; in_child_ = exit_child())

static inline bool exit_child(void)
{
	exit(0);
}

/* ---- memory ---- */

/* Allocate page-aligned heap memory that nobody has written to. */
char *xpages(long count);

/* Fill the first bytes of each page with a value that depends on `seed` and the
 * page, or check that they have it. */
void pages_fill(char *pages, long count, int seed);
void pages_check(const char *pages, long count, int seed);

void *xsbrk(long bytes);

long xvmstat(const char *name);
void xvmstat_read(struct vmstat *stat);

/* Write a command to /dev/vmstat. Returns 0 or -1. */
int vmstat_command(const char *command);

/* The highest address of this process's stack, and the page below the stack,
 * which is the last page of the unmapped gap of STACK_GAP bytes. */
uint64 stack_top(void);
uint64 stack_guard(void);
void stack_note(void); /* call this before the heap grows */

/* Write to the whole stack, so that a kernel which makes its pages only when
 * they are touched makes none later. */
void stack_touch(void);

/* Write to the stack, from the callers' stack frames down to where later calls
 * may reach, so that none of these pages is shared any more. */
void own_stack(void);

#define STACK_SIZE 65536 /* programs are linked with this size */

/* Addresses at which no program can read, or write, 8 bytes. The first few
 * bytes may be accessible. Each list ends with a name of NULL. */
struct bad_address {
	const char *name;
	uint64 va;
	int good_bytes; /* accessible bytes at va */
};
const struct bad_address *bad_to_load(void);
const struct bad_address *bad_to_store(void);

#define EACH_BAD(bad, list)                                                    \
	for (const struct bad_address *bad = (list); bad->name != NULL; bad++)

/* Check that a call with a bad address failed with EFAULT; or, if a call may do
 * a part of its work, that it transferred just the good bytes. */
void check_refused(const char *call, const struct bad_address *bad,
		   long result);
void check_cut_short(const char *call, const struct bad_address *bad,
		     long result);

/* ---- files ---- */

int xopen(const char *path, int flags);
void xclose(int fd);
void xpipe(int fds[2]);
void xread(int fd, void *buf, size_t n); /* n bytes, no fewer */
void xwrite(int fd, const void *buf, size_t n);
void xmkdir(const char *path);
void xunlink(const char *path);
void xchdir(const char *path);

/* Create a file with these contents. */
void make_file(const char *path, const void *bytes, size_t n);

/* Send one byte through a pipe, to let another process continue; or wait for
 * it. */
void signal_give(const int fds[2]);
void signal_take(const int fds[2]);
