/* user/test/usertests/nomem_files.c: calls on every kind of file, with memory
 * exhausted at each of their allocations.
 *
 * The kernel packs inodes and open files into frames, so a call allocates a
 * frame only when such a frame is full. So the test repeats all calls with one
 * more open file each time, until some frames of both kinds have been
 * filled. */

#include "tests.h"

enum {
	HOLDERS = 4,        /* processes that keep files open */
	FILES_EACH = 24,    /* files that each of them opens, one by one */
	FAILURES_MAX = 100, /* the most allocations that a call may make */
};

#define DIR "/tmp/nomem"

/* The calls to make on each path, and how to undo them. */
struct operation {
	const char *name;
	long number;
	long arg; /* the second argument of the call */
	void (*undo)(long result);
};

static void undo_open(long result)
{
	xclose((int)result);
}

static void undo_chdir(long result)
{
	CHECK_EQ(result, 0);
	xchdir("/");
}

static void undo_name(long result)
{
	CHECK_EQ(result, 0);
	xunlink(DIR "/new");
}

static char *no_args[] = { "x", NULL };

static const struct operation on_paths[] = {
	{ "open", SYS_open, O_RDONLY, undo_open },
	{ "open and create", SYS_open, O_RDWR | O_CREATE, undo_open },
	{ "open and truncate", SYS_open, O_WRONLY | O_TRUNC, undo_open },
	{ "chdir", SYS_chdir, 0, undo_chdir },
	{ "link", SYS_link, (long)DIR "/new", undo_name },
	{ "exec", SYS_exec, (long)no_args, NULL },
};

static const char *const paths[] = {
	DIR,
	DIR "/",
	DIR "/file",
	DIR "/file/x",
	DIR "/dir/..",
	DIR "/none",
	DIR "/none/x",
	"/",
	"/dev/null",
	"/dev/vmstat",
	"/dev/console",
	"/proc",
	"/proc/",
	"/proc/..",
	"/proc/meminfo",
	"/proc/vmstat",
	"/proc/none",
	"/proc/self",
	"/proc/self/status",
	"/proc/self/smaps",
	"/proc/self/pagemap",
	"/proc/self/../1/status",
	"/proc/99999",
};

/* Names that the calls create and remove. */
static const char *const new_names[] = {
	DIR "/none/x", "/proc/x", "/proc/self/x", DIR "/file/x", "/dev/null/x",
};

static const struct operation on_names[] = {
	{ "mkdir", SYS_mkdir, 0, NULL },
	{ "mknod", SYS_mknod, 0, NULL },
	{ "unlink", SYS_unlink, 0, NULL },
	{ "rename", SYS_rename, (long)DIR "/new", NULL },
};

/* Let the first allocation of the call fail, then the second and so on, until
 * the call does not fail with ENOMEM. Then no allocation is left to fail. */
static void sweep_call(int fd, const char *path, const struct operation *op,
		       long a0, long a1, long a2)
{
	long result = -1;
	int n = 0;

	do {
		if (++n > FAILURES_MAX)
			fail("%s %s keeps failing with ENOMEM", op->name, path);
		result = call_with_failure(fd, n, op->number, a0, a1, a2);
	} while (result < 0 && errno == ENOMEM);
	if (result >= 0 && op->undo != NULL)
		op->undo(result);
}

static void sweep_path(int fd, const char *path, const struct operation *op)
{
	sweep_call(fd, path, op, (long)path, op->arg, op->arg);
}

static void sweep_paths(int fd)
{
	for (size_t i = 0; i < ARRAY_LEN(paths); i++)
		for (size_t j = 0; j < ARRAY_LEN(on_paths); j++)
			sweep_path(fd, paths[i], &on_paths[j]);
	xunlink(DIR "/none"); /* a call has created it */
	for (size_t i = 0; i < ARRAY_LEN(new_names); i++)
		for (size_t j = 0; j < ARRAY_LEN(on_names); j++)
			sweep_path(fd, new_names[i], &on_names[j]);
}

static char buf[PGSIZE];

static const char *const readable[] = {
	DIR "/file",
	DIR,
	"/dev/null",
	"/dev/vmstat",
	"/proc",
	"/proc/meminfo",
	"/proc/vmstat",
	"/proc/self",
	"/proc/1/smaps",
	"/proc/self/status",
	"/proc/self/pagemap",
};

static const struct operation on_files[] = {
	{ "read", SYS_read, (long)buf, NULL },
	{ "write", SYS_write, (long)buf, NULL },
	{ "fstat", SYS_fstat, (long)buf, NULL },
	{ "lseek", SYS_lseek, 0, NULL },
	{ "dup", SYS_dup, 0, undo_open },
};

static void sweep_file(int fd, int file, const char *path)
{
	for (size_t i = 0; i < ARRAY_LEN(on_files); i++)
		sweep_call(fd, path, &on_files[i], file, on_files[i].arg,
			   sizeof(buf));
}

static void sweep_files(int fd)
{
	for (size_t i = 0; i < ARRAY_LEN(readable); i++) {
		int file = xopen(readable[i], O_RDONLY);

		sweep_file(fd, file, readable[i]);
		xclose(file);
	}

	int file = xopen(DIR "/file", O_WRONLY);

	sweep_file(fd, file, DIR "/file");
	xclose(file);
}

/* Paths that start in /proc, which is the current directory. The process then
 * holds the directory itself and not the device that leads there. */
static void sweep_in_proc(int fd)
{
	static const char *const relative[] = { ".", "..", "self", "meminfo" };

	for (size_t i = 0; i < ARRAY_LEN(relative); i++) {
		xchdir("/proc");
		sweep_path(fd, relative[i], &on_paths[0]);
		xchdir("/");
	}
}

/* Keep one more file open, whose inode nobody else uses. */
static void hold_file(int holder, int i)
{
	char name[32];

	snprintf(name, sizeof(name), DIR "/%d-%d", holder, i);
	xopen(name, O_RDWR | O_CREATE);
	xunlink(name);
}

static void sweep_and_hold(int holder)
{
	int fd = xopen(VMSTAT_PATH, O_WRONLY);

	for (int i = 0; i < FILES_EACH; i++) {
		sweep_paths(fd);
		sweep_in_proc(fd);
		sweep_files(fd);
		hold_file(holder, i);
	}
	if (holder + 1 == HOLDERS)
		return;
	IN_CHILD() {
		for (int file = 3; file < NOFILE; file++)
			close(file);
		sweep_and_hold(holder + 1);
	}
	xwait(0);
}

static void files_of_all_kinds_without_memory(void)
{
	xmkdir(DIR);
	xmkdir(DIR "/dir");
	make_file(DIR "/file", "", 0);
	IN_CHILD() {
		xchdir("/");
		sweep_and_hold(0);
	}
	xwait(0);
	vmstat_command("fail 0"); /* in case a process was killed */
	xunlink(DIR "/file");
	xunlink(DIR "/dir");
	xunlink(DIR);
}

const struct test nomem_file_tests[] = {
	TEST(files_of_all_kinds_without_memory),
	TESTS_END,
};
