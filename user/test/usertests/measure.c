/* user/test/usertests/measure.c: read the kernel's counters, and make
 * allocations fail. */

#include "tests.h"

struct vmstat measure(void)
{
	struct vmstat stat;

	own_stack();
	xvmstat_read(&stat);
	return stat;
}

bool fork_measured(void)
{
	return xfork_settled() == 0;
}

void check_audit(void)
{
	if (vmstat_command("audit") < 0 && errno != EINVAL)
		fail("the kernel's audit found an error");
}

#define COMMAND_SIZE 16
#define STOP "fail 0"

struct raw_result {
	long value;
	long error;
};

/* No instruction between the two writes touches memory, so only the call itself
 * can fail. A call that fails changes no registers but a0 and a1. */
static struct raw_result raw_calls(int fd, const char *start, size_t start_len,
				   long number, const long arg[3])
{
	register long a0 __asm__("a0") = fd;
	register long a1 __asm__("a1") = (long)start;
	register long a2 __asm__("a2") = (long)start_len;
	register long a7 __asm__("a7") = SYS_write;
	register long s2 __asm__("s2") = arg[0];
	register long s3 __asm__("s3") = arg[1];
	register long s4 __asm__("s4") = arg[2];
	register long s5 __asm__("s5") = fd;
	register long s6 __asm__("s6") = (long)STOP;
	register long s7 __asm__("s7") = number;
	register long s8 __asm__("s8");
	register long s9 __asm__("s9");

	__asm__ volatile(
		"ecall\n"
		"mv a0, s2\n"
		"mv a1, s3\n"
		"mv a2, s4\n"
		"mv a7, s7\n"
		"ecall\n"
		"mv s8, a0\n"
		"mv s9, a1\n"
		"mv a0, s5\n"
		"mv a1, s6\n"
		"li a2, %[stop_len]\n"
		"li a7, %[write]\n"
		"ecall\n"
		: "+r"(a0), "+r"(a1), "+r"(a2), "+r"(a7), "=r"(s8), "=r"(s9)
		: "r"(s2), "r"(s3), "r"(s4), "r"(s5), "r"(s6), "r"(s7),
		  [stop_len] "i"(sizeof(STOP) - 1), [write] "i"(SYS_write)
		: "memory");
	return (struct raw_result){ s8, s9 };
}

long call_with_failure(int fd, int n, long number, long a0, long a1, long a2)
{
	char start[COMMAND_SIZE];
	long arg[3] = { a0, a1, a2 };
	int length = snprintf(start, sizeof(start), "fail %d", n);
	struct raw_result result =
		raw_calls(fd, start, (size_t)length, number, arg);

	if (result.value < 0)
		errno = (int)result.error;
	return result.value;
}

#define SWEEP_LIMIT 5000
#define SWEEP_EACH 64 /* beyond that, not every n is tried */

/* Run the step in a child, and let its n-th allocation fail. Returns the errno
 * of the step, or 0. */
static int sweep_once(const char *what, int n, long (*step)(int fd, int n))
{
	int status;

	/* xfork_settled() makes the stack below it private. From this depth
	 * that may be one more page than before, which would count as lost. */
	if (n == 1) {
		if (xfork_settled() == 0)
			exit(0);
		xwait(0);
	}

	long free_before = xvmstat("free");
	/* wait() must write to a page that is private by then. Otherwise the
	 * allocation that fails could be this process's own, if the step makes
	 * fewer than n. */
	int pid = xfork_settled();

	if (pid == 0) {
		int fd = xopen(VMSTAT_PATH, O_WRONLY);

		exit(step(fd, n) < 0 ? errno : 0);
	}
	CHECK_EQ(wait(&status), pid);
	CHECK_EQ(vmstat_command("fail 0"),
		 0); /* in case the child was killed */

	long lost = free_before - xvmstat("free");

	if (lost != 0)
		fail("%s, allocation %d fails: %ld frame%s lost", what, n, lost,
		     lost == 1 ? "" : "s");
	return status;
}

long fork_with_failure(int fd, int n)
{
	long pid = call_with_failure(fd, n, SYS_fork, 0, 0, 0);

	if (pid == 0)
		exit(0);
	if (pid > 0)
		xwait(0);
	return pid;
}

void sweep_failures(const char *what, long (*step)(int fd, int n))
{
	int status = ENOMEM;

	for (int n = 1; status == ENOMEM; n += 1 + n / SWEEP_EACH) {
		if (n > SWEEP_LIMIT)
			fail("%s keeps failing with ENOMEM", what);
		status = sweep_once(what, n, step);
		if (status == STATUS_KILLED)
			fail("%s, allocation %d fails: killed", what, n);
		if (status != 0 && status != ENOMEM)
			fail("%s, allocation %d fails: %s", what, n,
			     strerror(status));
	}
	check_audit(); /* only once, because it is slow on large machines */
}
