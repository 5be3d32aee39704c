/* user/lib/test.c: helpers for tests: failures and processes. */

#include "test.h"

#include "process.h"

#define STARTER_TICKS (10 * TICKS_PER_SECOND)

static int report_fd = -1;
static int test_pid;

void fail_to(int fd)
{
	report_fd = fd;
	test_pid = getpid();
}

void fail(const char *fmt, ...)
{
	char reason[200];
	va_list args;

	va_start(args, fmt);
	vsnprintf(reason, sizeof(reason), fmt, args);
	va_end(args);
	if (report_fd < 0)
		errx(STATUS_FAILED, "%s", reason);
	fprintf(report_fd, "%s\n", reason);
	if (getpid() != test_pid)
		kill(test_pid); /* it may be waiting for this process */
	exit(STATUS_FAILED);
}

void fail_as_asked(void)
{
	IN_CHILD() {
		fail("as asked for");
	}
	xwait(0);
}

void check_equal(const char *where, const char *what, long actual,
		 long expected)
{
	if (actual != expected)
		fail("%s %s is %ld, not %ld", basename(where), what, actual,
		     expected);
}

void check_fails(const char *where, const char *what, long result, int reason)
{
	int number = errno;

	if (result != -1)
		fail("%s %s gives %ld, not an error", basename(where), what,
		     result);
	if (number != reason)
		fail("%s %s: %s (expected: %s)", basename(where), what,
		     strerror(number), strerror(reason));
}

int xfork(void)
{
	int pid = fork();

	if (pid < 0)
		fail("fork: %s", strerror(errno));
	return pid;
}

/* The child waits for the end of a pipe, which comes when the parent has closed
 * it. If it waited for a byte, the pipe's frame would be freed while the child
 * measures. */
int xfork_settled(void)
{
	int go[2];
	char c;

	xpipe(go);

	int pid = xfork();

	own_stack();
	if (pid == 0) {
		xclose(go[1]);
		read(go[0], &c, 1);
		xclose(go[0]);
	} else {
		xclose(go[0]);
		xclose(go[1]);
	}
	return pid;
}

/* When the starter has made its copies, it sleeps: it waits for this process, a
 * key or another child. If /proc does not work or the starter never sleeps, do
 * not wait for ever. */
void starter_settle(void)
{
	struct process self, starter;

	for (int i = 0; i < STARTER_TICKS; i++) {
		if (process_read(getpid(), &self) < 0 ||
		    process_read(self.parent, &starter) < 0 ||
		    starter.state == 'S')
			return;
		sleep(1);
	}
}

bool orphans_settle(long procs, int seconds)
{
	int end = uptime() + seconds * TICKS_PER_SECOND;

	while (xvmstat("procs") > procs) {
		if (uptime() > end)
			return false;
		sleep(1);
	}
	return true;
}

void await_zombie(int pid)
{
	struct process child;

	do {
		sleep(0);
		if (process_read(pid, &child) < 0)
			fail("/proc/%d: %s", pid, strerror(errno));
	} while (child.state != 'Z');
}

void await_gone(int pid)
{
	while (kill(pid) == 0)
		sleep(1);
}

int xzombie(int status)
{
	int pid = xfork();

	if (pid == 0)
		exit(status);
	await_zombie(pid);
	return pid;
}

int xwait(int expected)
{
	int status;
	int pid = wait(&status);

	if (pid < 0)
		fail("wait: %s", strerror(errno));
	if (status != expected)
		fail("a child ended with status %d, not %d", status, expected);
	return pid;
}

long xvmstat(const char *name)
{
	long value = vmstat_get(name);

	if (value < 0)
		fail("%s: no value of %s", VMSTAT_PATH, name);
	return value;
}

void xvmstat_read(struct vmstat *stat)
{
	if (vmstat_read(stat) < 0)
		fail("%s: %s", VMSTAT_PATH, strerror(errno));
}

int vmstat_command(const char *command)
{
	int fd = xopen(VMSTAT_PATH, O_WRONLY);
	long n = (long)strlen(command);
	long written = write(fd, command, (size_t)n);
	int reason = errno;

	xclose(fd);
	errno = reason;
	return written == n ? 0 : -1;
}
