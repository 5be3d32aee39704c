/* user/lib/test.h: what tests are written with.
 *
 * A test is a function that returns when all was right and calls fail()
 * otherwise. It runs in a process of its own, in an empty directory of its own
 * (user/lib/runner.h). A test's children may call fail() too. The functions
 * called x... do what their namesakes do, and fail the test if that fails. */
#pragma once

#include "calf.h"
#include "vmstat.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* The status of a process that called fail(). */
#define STATUS_FAILED 99

/* End this process; the test has failed for this reason. Of several reasons the
 * first one counts. */
void fail(const char *fmt, ...) PRINTF_LIKE(1, 2) __attribute__((noreturn));

/* Fail, by way of a child that fails first: for who wants to see that failures
 * are told. */
void fail_as_asked(void);

/* This process is a test, and the reason why it fails goes to `fd`. Otherwise
 * it goes to standard error. */
void fail_to(int fd);

/* "path/file.c:123:"; basename() makes it short when it is printed. */
#define AT_LINE __FILE__ ":" AT_LINE_TEXT(__LINE__) ":"
#define AT_LINE_TEXT(line) AT_LINE_TEXT_(line)
#define AT_LINE_TEXT_(line) #line

#define CHECK(condition)                                                       \
	do {                                                                   \
		if (!(condition))                                              \
			fail("%s not so: %s", basename(AT_LINE), #condition);  \
	} while (0)

/* Two numbers are equal. */
#define CHECK_EQ(actual, expected)                                             \
	check_equal(AT_LINE, #actual, (long)(actual), (long)(expected))
void check_equal(const char *where, const char *what, long actual,
		 long expected);

/* A call fails, and for this reason. */
#define CHECK_FAILS(call, reason)                                              \
	check_fails(AT_LINE, #call, (long)(call), reason)
void check_fails(const char *where, const char *what, long result, int reason);

/* ---- processes ---- */

int xfork(void);

/* The same, and the child goes on when its parent has made the copies that
 * follow a fork, so that who measures in the child sees the child alone. */
int xfork_settled(void);

/* Wait until whoever has started this process, a shell, sleeps. Before, it may
 * be copying a page that both had, and one frame fewer is free meanwhile. */
void starter_settle(void);

/* Wait until there are no more processes than there were, `procs`: orphans end
 * and init takes them, on a busy machine slowly. Then all that they had is free
 * again. False when that takes longer than so many seconds. */
#define SETTLE_SECONDS 60 /* where nobody gives a limit; this is long */
bool orphans_settle(long procs, int seconds);

/* Wait for a child, any one; it must have ended with this status. Returns its
 * pid. */
int xwait(int status);

/* Run the statement that follows in a child, which then exits with 0. */
#define IN_CHILD()                                                             \
	for (bool in_child_ = xfork() == 0; in_child_; in_child_ = exit_child())

static inline bool exit_child(void)
{
	exit(0);
}

/* ---- memory ---- */

/* Heap memory, page-aligned, to which nobody has written. */
char *xpages(long count);

/* The first byte of each page has a value that depends on `seed` and the page;
 * check fails the test when some page has not. */
void pages_fill(char *pages, long count, int seed);
void pages_check(const char *pages, long count, int seed);

void *xsbrk(long bytes);

long xvmstat(const char *name);
void xvmstat_read(struct vmstat *stat);

/* Write a command to /dev/vmstat; 0 or -1. */
int vmstat_command(const char *command);

/* The stack of this process: its highest address; and the page below it, which
 * is the last one of STACK_GAP bytes that are never mapped. */
uint64 stack_top(void);
uint64 stack_guard(void);
void stack_note(void); /* before anybody moves the end of the heap */

/* Write to the stack, from the frames of the callers down to where calls from
 * here may reach, so that nothing of it is shared any more. */
void own_stack(void);

#define STACK_SIZE 65536 /* what our programs are linked with */

/* Addresses where no program can read, or write, 8 bytes, though it may be able
 * to do so with the first few. Each list ends with a name of NULL. */
struct bad_address {
	const char *name;
	uint64 va;
	int good_bytes; /* in front */
};
const struct bad_address *bad_to_load(void);
const struct bad_address *bad_to_store(void);

#define EACH_BAD(bad, list)                                                    \
	for (const struct bad_address *bad = (list); bad->name != NULL; bad++)

/* The call with a bad address was refused with EFAULT; or, for those that may
 * do a part of their work, was done with the good bytes. */
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

/* A file with these contents. */
void make_file(const char *path, const void *bytes, size_t n);

/* One byte through a pipe: to tell another process to go on. */
void signal_give(const int fds[2]);
void signal_take(const int fds[2]);
