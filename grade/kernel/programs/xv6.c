/* grade/kernel/programs/xv6.c: a program as written for xv6: it uses xv6's
 * headers and calls, and nothing specific to Calf. */

#include "kernel/types.h"

#include "kernel/fcntl.h"
#include "kernel/stat.h"
#include "user/user.h"

static void through_pipe(void)
{
	int fds[2];
	char buf[16];

	pipe(fds);
	if (fork() == 0) {
		close(fds[0]);
		write(fds[1], "ping", 4);
		exit(3);
	}
	close(fds[1]);
	int n = read(fds[0], buf, sizeof(buf) - 1);
	buf[n] = 0;
	int status;
	wait(&status);
	printf("pipe %s %d\n", buf, status);
}

static void through_file(void)
{
	struct stat st;
	int fd = open("xv6file", O_CREATE | O_RDWR);

	write(fd, "twelve bytes", 12);
	fstat(fd, &st);
	printf("file %d %d %d\n", st.type, st.nlink, (int)st.size);
	close(fd);
	unlink("xv6file");
	printf("gone %d\n", open("xv6file", O_RDONLY));
}

static void more_memory(void)
{
	char *end = sbrk(8192);

	memset(end, 'x', 8192);
	printf("sbrk %d %c\n", (int)(sbrk(0) - end), end[8191]);
}

int main(int argc, char *argv[])
{
	char *args[] = { "echo", "exec", "works", 0 };

	printf("args %d %s\n", argc, argv[1]);
	through_pipe();
	through_file();
	more_memory();
	exec("/bin/echo", args);
	fprintf(2, "exec failed\n");
	exit(1);
}
