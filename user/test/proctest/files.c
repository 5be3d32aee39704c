/* user/test/proctest/files.c: file operations on the files of /proc. */

#include "files.h"

#include "process.h"
#include "test.h"

#define WHOLE 8192

static const char *const names[] = { "status", "smaps", "pagemap" };

static void path_of(char path[PATH_LEN], int pid, const char *name)
{
	snprintf(path, PATH_LEN, "/proc/%d/%s", pid, name);
}

/* Read the whole file, `step` bytes at a time. Returns its length. */
static long read_by(int pid, const char *name, char *text, size_t step)
{
	char path[PATH_LEN];
	long n, length = 0;

	path_of(path, pid, name);
	int fd = xopen(path, O_RDONLY);

	while ((n = read(fd, text + length, step)) > 0)
		length += n;
	CHECK_EQ(n, 0);
	CHECK(length < WHOLE);
	CHECK_FAILS(write(fd, "x", 1), EBADF);
	CHECK_EQ(lseek(fd, 0, SEEK_SET), 0);
	CHECK_FAILS(read(fd, (void *)USER_TOP, 8), EFAULT);
	xclose(fd);
	return length;
}

/* Check that the files read the same with any buffer size. The process must be
 * asleep, so that nothing changes. */
static void check_reads(int pid)
{
	static char whole[WHOLE], parts[WHOLE];

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		long length = read_by(pid, names[i], whole, 4096);

		CHECK(length > 0);
		for (size_t step = 1; step <= 200; step += 33) {
			CHECK_EQ(read_by(pid, names[i], parts, step), length);
			CHECK_EQ(memcmp(whole, parts, (size_t)length), 0);
		}
	}
}

static void check_changes(int pid)
{
	char path[PATH_LEN];

	path_of(path, pid, "status");
	CHECK_FAILS(open(path, O_WRONLY), EACCES);
	CHECK_FAILS(open(path, O_RDONLY | O_TRUNC), EACCES);
	CHECK_FAILS(unlink(path), EPERM);
	CHECK_FAILS(rename(path, "/tmp/status"), EPERM);
	CHECK_FAILS(link(path, "/tmp/status"), EPERM);
	path_of(path, pid, "new");
	CHECK_FAILS(open(path, O_RDWR | O_CREATE), EPERM);
	CHECK_FAILS(mkdir(path), EPERM);
}

/* Check an open file and a current directory of a process that exits. */
static void check_end(int pid)
{
	char path[PATH_LEN];
	char byte;
	int fds[ARRAY_LEN(names)];

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		path_of(path, pid, names[i]);
		fds[i] = xopen(path, O_RDONLY);
	}
	path_of(path, pid, "");
	xchdir(path);
	CHECK_EQ(kill(pid), 0);
	xwait(STATUS_KILLED);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		CHECK_FAILS(read(fds[i], &byte, 1), ESRCH);
		xclose(fds[i]);
	}
	CHECK_FAILS(open("status", O_RDONLY), ENOENT);
	CHECK_FAILS(open(path, O_RDONLY), ENOENT);
	xchdir("../self");
	xclose(xopen("status", O_RDONLY));
	xchdir("/");
}

/* Start a process that sleeps and shares nothing. */
static int start_sleeper(void)
{
	static char *args[] = { "sleep", "1000", NULL };
	struct process process;
	int pid = xfork();

	if (pid == 0) {
		exec("/bin/sleep", args);
		err(1, "/bin/sleep");
	}
	do {
		sleep(1);
		CHECK_EQ(process_read(pid, &process), 0);
	} while (strcmp(process.name, "sleep") != 0 || process.state != 'S');
	return pid;
}

void check_files(void)
{
	int pid = start_sleeper();

	check_reads(pid);
	check_changes(pid);
	check_end(pid);
}
