/* user/bin/cowbench/file.c: operations on a file of 1 MiB. */

#include "cowbench.h"

#define PATH "/tmp/cowbench"
#define MIB (1L << 20)

static char *buffer;

static int must_open(int flags)
{
	int fd = open(PATH, flags);

	if (fd < 0)
		err(1, PATH);
	return fd;
}

static void make_buffer(void)
{
	if (buffer == NULL) {
		buffer = xmalloc(MIB);
		memset(buffer, 'x', MIB);
	}
}

static void must_write(int fd)
{
	if (write_all(fd, buffer, MIB) < 0)
		err(1, PATH);
}

/* Create the file, and bring all of it into the block cache and to the disk. */
static void make_file(void)
{
	make_buffer();

	int fd = must_open(O_CREATE | O_TRUNC | O_RDWR);

	must_write(fd);
	close(fd);
	sync();
}

static void remove_file(void)
{
	unlink(PATH);
	sync();
}

static uint64 file_create_window(long n)
{
	(void)n;
	remove_file();
	meter_start();
	int fd = must_open(O_CREATE | O_RDWR);
	uint64 cost = meter_stop();
	close(fd);
	remove_file();
	return cost;
}

static uint64 file_write_window(long n)
{
	(void)n;
	make_buffer();
	remove_file();

	int fd = must_open(O_CREATE | O_RDWR);

	sync();
	meter_start();
	must_write(fd);
	uint64 cost = meter_stop();
	close(fd);
	remove_file();
	return cost;
}

static uint64 file_open_window(long n)
{
	(void)n;
	make_file();
	meter_start();
	int fd = must_open(O_RDONLY);
	uint64 cost = meter_stop();
	close(fd);
	remove_file();
	return cost;
}

static uint64 file_read_window(long n)
{
	(void)n;
	make_file();

	int fd = must_open(O_RDONLY);

	meter_start();
	long length = read(fd, buffer, MIB);
	uint64 cost = meter_stop();
	if (length != MIB)
		errx(1, PATH ": not all of it could be read");
	close(fd);
	remove_file();
	return cost;
}

static uint64 file_unlink_window(long n)
{
	(void)n;
	make_file();
	meter_start();
	unlink(PATH);
	uint64 cost = meter_stop();
	sync();
	return cost;
}

#define ROW(row_name, text)                                                    \
	((struct row){                                                         \
		.name = #row_name,                                             \
		.unit = INSTRUCTIONS,                                          \
		.ops = 1,                                                      \
		.what = (text),                                                \
		.window = row_name##_window,                                   \
	})

const struct row file_rows[] = {
	ROW(file_create, "open() that makes a file"),
	ROW(file_write, "1 MiB into it"),
	ROW(file_open, "open() of a file of 1 MiB"),
	ROW(file_read, "its 1 MiB, out of the cache"),
	ROW(file_unlink, "unlink() of it"),
	{ .name = NULL },
};
