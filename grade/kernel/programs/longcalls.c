/* grade/kernel/programs/longcalls.c: one call of each kind that can take long.
 *
 * After each call it prints the longest time since boot, in microseconds,
 * during which the kernel took no interrupt (`late` of /dev/vmstat). */

#include "dir.h"
#include "process.h"
#include "test.h"

#define SYNOPSIS "longcalls MIB"
#define MIB (1L << 20)
#define NAMES 3000 /* in the large directory */
#define DEPTH 200  /* of the deep directory */
#define CHILDREN 100

static long size; /* the bytes of memory to use */
static int holes;

static void say(const char *what)
{
	printf("%s %ld\n", what, xvmstat("late"));
}

/* Extend the heap and write to each new page, so that every kernel has given it
 * a frame. */
static char *own_pages(void)
{
	char *bytes = xsbrk(size);

	for (long i = 0; i < size; i += PGSIZE)
		bytes[i] = 1;
	return bytes;
}

static void grow(void)
{
	own_pages();
}

static void shrink(void)
{
	xsbrk(-size);
}

static void grow_too_far(void)
{
	CHECK_EQ((long)sbrk(1L << 37), -1);
}

static void fork_large(void)
{
	if (xfork() == 0)
		exit(0);
	xwait(0);
}

static void exit_large(void)
{
	if (xfork() == 0) {
		own_pages();
		exit(0);
	}
	xwait(0);
}

static void exec_of_large(void)
{
	char *args[] = { "true", NULL };

	if (xfork() == 0) {
		own_pages();
		exec("true", args);
		exit(1);
	}
	xwait(0);
}

static void read_holes(void)
{
	char *bytes = own_pages();

	lseek(holes, 0, SEEK_SET);
	CHECK_EQ(read(holes, bytes, (size_t)size), size);
	xsbrk(-size);
}

static void read_proc(void)
{
	static const char *const names[] = { "status", "smaps", "pagemap" };
	static char buf[4096];

	own_pages();
	for (int i = 0; i < 3; i++) {
		char path[PATH_LEN];

		snprintf(path, sizeof(path), "/proc/self/%s", names[i]);
		int fd = xopen(path, O_RDONLY);

		CHECK(read(fd, buf, sizeof(buf)) > 0);
		xclose(fd);
	}
	xsbrk(-size);
}

static void write_null(void)
{
	int fd = xopen("/dev/null", O_WRONLY);

	write(fd, NULL, IO_MAX);
	xclose(fd);
}

/* Write until the disk is full. */
static void write_file(void)
{
	char *bytes = own_pages();
	int fd = xopen("full", O_WRONLY | O_CREATE);

	while (write(fd, bytes, (size_t)size) > 0)
		;
	xclose(fd);
	xsbrk(-size);
}

static void unlink_file(void)
{
	xunlink("full");
}

/* Make a directory of NAMES names. */
static void fill_directory(void)
{
	char name[NAME_LEN + 1];

	xmkdir("large");
	xclose(xopen("large/file", O_CREATE | O_WRONLY));
	for (int i = 0; i < NAMES; i++) {
		snprintf(name, sizeof(name), "large/%d", i);
		link("large/file", name);
	}
}

/* Each part of the path must be looked up among all names. */
static void look_up(void)
{
	static const char again[] = "/../last";
	char path[PATH_LEN] = "large/last";

	xmkdir(path);
	for (size_t n = strlen(path); n + strlen(again) < sizeof(path);
	     n = strlen(path))
		strlcpy(path + n, again, sizeof(path) - n);
	for (int i = 0; i < 10; i++)
		xclose(xopen(path, O_RDONLY));
	CHECK_EQ(rename("large/last", "large/last2"), 0);
	CHECK_EQ(rename("large/last2", "large/last"), 0);
}

static void empty_directory(void)
{
	remove_tree("large");
}

static void go_deep(void)
{
	xmkdir("deep");
	for (int i = 0; i < DEPTH; i++) {
		chdir("deep");
		xmkdir("deep");
	}
	chdir("deep");
	xmkdir("other");
	CHECK_EQ(rename("other", "deep"), 0);
	chdir("/");
}

static void have_children(void)
{
	int pids[CHILDREN];

	for (int i = 0; i < CHILDREN; i++)
		if ((pids[i] = xfork()) == 0)
			for (;;)
				sleep(1000);
	for (int i = 0; i < CHILDREN; i++)
		kill(pids[i]);
	for (int i = 0; i < CHILDREN; i++)
		xwait(-1);
}

static const struct {
	const char *name;
	void (*call)(void);
} calls[] = {
	{ "sbrk", grow },
	{ "sbrk-down", shrink },
	{ "sbrk-too-far", grow_too_far },
	{ "exit", exit_large },
	{ "exec", exec_of_large },
	{ "read", read_holes },
	{ "proc", read_proc },
	{ "null", write_null },
	{ "write", write_file },
	{ "unlink", unlink_file },
	{ "directory", fill_directory },
	{ "lookup", look_up },
	{ "remove", empty_directory },
	{ "deep", go_deep },
	{ "children", have_children },
	{ "sbrk", grow },
	{ "fork", fork_large },
};

int main(int argc, char **argv)
{
	if (argc != 2 || !parse_number(argv[1], &size))
		usage(SYNOPSIS);
	size *= MIB;
	holes = xopen("holes", O_CREATE | O_RDWR);
	lseek(holes, size - 1, SEEK_SET);
	xwrite(holes, "x", 1);
	say("start");
	for (unsigned i = 0; i < ARRAY_LEN(calls); i++) {
		calls[i].call();
		say(calls[i].name);
	}
	return 0;
}
