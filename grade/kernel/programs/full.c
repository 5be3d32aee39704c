/* grade/kernel/programs/full.c: the first process on a small disk: makes each
 * call with as many free blocks as it needs, and with fewer.
 *
 * With too few blocks the call must fail, change nothing and lose no block, or
 * a later call would find fewer free blocks than it needs. */

#include "calf.h"

#include "abi/fs.h"

#define ENTRIES (BLOCK_SIZE / sizeof(struct dirent)) /* in a block */
#define LEFT_MAX 4 /* the most blocks that are left free */
#define NEW "/dir/new"

static char buf[16 * BLOCK_SIZE];

static void fail(const char *what) __attribute__((noreturn));
static void fail(const char *what)
{
	printf("wrong: %s: %s\n", what, strerror(errno));
	poweroff(1);
	exit(1);
}

static void must(bool is_so, const char *what)
{
	if (!is_so)
		fail(what);
}

static const char *numbered(const char *prefix, int number)
{
	static char path[32];

	snprintf(path, sizeof(path), "%s%d", prefix, number);
	return path;
}

static long size_of(const char *path)
{
	struct stat st;

	return stat(path, &st) < 0 ? -1 : (long)st.size;
}

static void make_file(const char *path, size_t n)
{
	int fd = open(path, O_WRONLY | O_CREATE);

	must(fd >= 0 && write(fd, buf, n) == (long)n && close(fd) == 0, path);
}

/* ---- the calls, and the blocks that each needs ---- */

static int call_create(void)
{
	int fd = open(NEW, O_WRONLY | O_CREATE);

	return fd < 0 ? -1 : close(fd);
}

static int call_mkdir(void)
{
	return mkdir(NEW);
}

static int call_link(void)
{
	return link("/file", NEW);
}

static int call_rename(void)
{
	return rename("/other", NEW);
}

static int write_at(long offset)
{
	int fd = open("/file", O_WRONLY);

	must(fd >= 0 && lseek(fd, offset, SEEK_SET) == offset, "lseek");

	long n = write(fd, buf, 10);
	int reason = errno;

	close(fd);
	errno = reason;
	return n == 10 ? 0 : -1;
}

static int call_write(void)
{
	return write_at(3 * BLOCK_SIZE);
}

static int call_write_in_table(void)
{
	return write_at(NDIRECT * BLOCK_SIZE);
}

static int call_write_in_second_table(void)
{
	return write_at((long)(NDIRECT + NINDIRECT) * BLOCK_SIZE);
}

static const struct {
	const char *name;
	int (*make)(void);
	int needs;
} calls[] = {
	{ "create", call_create, 1 },
	{ "mkdir", call_mkdir, 2 },
	{ "link", call_link, 1 },
	{ "rename", call_rename, 1 },
	{ "write", call_write, 1 },
	{ "write in a table", call_write_in_table, 2 },
	{ "write in a second table", call_write_in_second_table, 3 },
};

/* ---- blocks ---- */

/* Make a directory whose next name needs a block, files to work on, and
 * pebbles: files of one block each. */
static void prepare(void)
{
	make_file("/file", 5);
	make_file("/other", 0);
	must(mkdir("/dir") == 0, "mkdir");
	for (int i = 2; i < (int)ENTRIES; i++)
		must(link("/file", numbered("/dir/", i)) == 0, "link");
	for (int i = 0; i < LEFT_MAX; i++)
		make_file(numbered("/pebble", i), 1);
}

/* Write until the disk is full. Returns the number of bytes written. */
static long fill(void)
{
	int fd = open("/filler", O_WRONLY | O_CREATE);
	long total = 0;

	must(fd >= 0, "open filler");
	for (size_t n = sizeof(buf); n > 0;) {
		long done = write(fd, buf, n);

		total += done > 0 ? done : 0;
		if (done < 0) {
			must(errno == ENOSPC, "write to a full disk");
			n = n > BLOCK_SIZE ? BLOCK_SIZE : 0;
		}
	}
	close(fd);
	return total;
}

static void clean(void)
{
	unlink("/filler");
	for (int i = 0; i < LEFT_MAX; i++)
		unlink(numbered("/pebble", i));
	for (int i = 2; i < (int)ENTRIES; i++)
		must(unlink(numbered("/dir/", i)) == 0, "unlink");
	unlink(NEW);
	unlink("/other");
	must(unlink("/file") == 0 && unlink("/dir") == 0, "unlink");
}

static void check_result(int call, int left, int result)
{
	bool enough = left >= calls[call].needs;

	if (enough && result == 0)
		return;
	if (enough || result == 0 || errno != ENOSPC) {
		printf("wrong: %s with %d blocks: %d, %s\n", calls[call].name,
		       left, result, strerror(errno));
		poweroff(1);
	}
	must(size_of("/file") == 5 && size_of("/other") == 0 &&
		     size_of(NEW) == -1 && size_of("/dir") == (long)BLOCK_SIZE,
	     calls[call].name);
}

static void lack_blocks(void)
{
	const int ncalls = sizeof(calls) / sizeof(calls[0]);
	long room = fill();

	unlink("/filler");
	for (int call = 0; call < ncalls; call++) {
		for (int left = 0; left < LEFT_MAX; left++) {
			prepare();
			fill();
			for (int i = 0; i < left; i++)
				unlink(numbered("/pebble", i));
			check_result(call, left, calls[call].make());
			clean();
		}
	}
	must(fill() == room, "as much room as at first");
	unlink("/filler");
}

/* ---- inodes ---- */

static int fill_inodes(void)
{
	int n = 0;
	int fd;

	while ((fd = open(numbered("/i", n), O_WRONLY | O_CREATE)) >= 0) {
		close(fd);
		n++;
	}
	must(errno == ENOSPC, "create without inodes");
	return n;
}

static void remove_inodes(int n)
{
	while (n-- > 0)
		must(unlink(numbered("/i", n)) == 0, "unlink");
}

static void lack_inodes(void)
{
	int n = fill_inodes();

	must(mkdir(NEW) < 0 && errno == ENOENT, "mkdir in no directory");
	must(mkdir("/new") < 0 && errno == ENOSPC, "mkdir without inodes");
	must(mknod("/new", 3, 0) < 0 && errno == ENOSPC,
	     "mknod without inodes");
	must(size_of("/new") == -1, "nothing was made");
	must(link("/i0", "/new") == 0 && rename("/new", "/newer") == 0 &&
		     unlink("/newer") == 0,
	     "link, rename and unlink need no inode");
	remove_inodes(n);
	must(fill_inodes() == n, "as many inodes as before");
	remove_inodes(n);
}

int main(void)
{
	open("/dev/console", O_RDWR);
	dup(0);
	lack_blocks();
	lack_inodes();
	sync();
	printf("all is right\n");
	return poweroff(0);
}
