/* grade/kernel/model/subject/copies.c: calls in which the kernel copies to or
 * from a process. */

#include "subject.h"

#define STAT_PADDING 3 /* index of the int between nlink and size */

/* Make a pipe, with the descriptors at that address, and check that it works.
 * The model does not know the descriptors, so a pattern replaces them. */
long do_pipe(arguments arg)
{
	int *fds = (int *)arg[0], own[2];
	char byte = 0;

	if (pipe(fds) < 0)
		return -errno;
	memcpy(own, fds, sizeof(own));
	bool works = write(own[1], "x", 1) == 1 && read(own[0], &byte, 1) == 1;

	if (close(own[0]) < 0 || close(own[1]) < 0 || !works)
		return WRONG;
	for (uint64 i = 0; i < sizeof(own); i++)
		((volatile uchar *)arg[0])[i] = pattern_byte(arg[1], i);
	return 0;
}

long do_pipe_read(arguments arg)
{
	return or_error(read(self.pipe[0], (void *)arg[0], arg[1]));
}

long do_pipe_write(arguments arg)
{
	return or_error(write(self.pipe[1], (const void *)arg[0], arg[1]));
}

long do_file_read(arguments arg)
{
	if (lseek(self.file, (long)arg[2], SEEK_SET) < 0)
		return -errno;
	return or_error(read(self.file, (void *)arg[0], arg[1]));
}

long do_file_write(arguments arg)
{
	if (lseek(self.file, (long)arg[2], SEEK_SET) < 0)
		return -errno;
	return or_error(write(self.file, (const void *)arg[0], arg[1]));
}

long do_fstat(arguments arg)
{
	struct stat *st = (struct stat *)arg[0];

	if (fstat(self.file, st) < 0)
		return -errno;
	long size = st->type == T_FILE ? (long)st->size : -1;

	if (((const int *)st)[STAT_PADDING] != 0)
		size = WRONG; /* bytes of the kernel's memory */

	for (uint64 i = 0; i < sizeof(*st); i++)
		((volatile uchar *)st)[i] = pattern_byte(arg[1], i);
	return size;
}

/* Read arg[0] bytes from the pipe, and the whole file. Returns the sum of the
 * bytes. */
long do_empty(arguments arg)
{
	static char bytes[PIPE_BUF];
	int fd = open(FILE_NAME, O_WRONLY | O_TRUNC);

	if (fd < 0)
		return -errno;
	close(fd);
	if (arg[0] > 0 && read(self.pipe[0], bytes, arg[0]) != (long)arg[0])
		return -1;
	return do_sum((uint64[]){ (uint64)bytes, arg[0] });
}

/* Read some of another kind of file: 0 is a directory, 1 a device, and 2 and up
 * are files that the kernel generates. The model does not know the bytes, so a
 * pattern replaces them. */
long do_open(arguments arg)
{
	static const char *const paths[] = { "/bin", "/dev/vmstat",
					     "/proc/meminfo", "/proc" };
	int fd = open(paths[arg[2] % 4], O_RDONLY);

	if (fd < 0)
		return -errno;
	long n = or_error(read(fd, (void *)arg[0], arg[1]));

	close(fd);
	for (long i = 0; i < n; i++)
		((volatile uchar *)arg[0])[i] = pattern_byte(arg[2], (uint64)i);
	return n;
}

/* Open the name at that address, which may not exist. */
long do_name(arguments arg)
{
	int fd = open((const char *)arg[0], O_RDONLY);

	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

/* exec of a file that does not exist, with the argument array at that
 * address. */
long do_args(arguments arg)
{
	execve("/bin/none", (char **)arg[0], (char **)arg[1]);
	return -errno;
}
