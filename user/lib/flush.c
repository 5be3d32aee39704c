/* user/lib/flush.c: the calls that must not overtake what printf() holds back.
 *
 * Without this a line begun before fork() would come out twice, one begun
 * before exec() never, and a prompt after its answer. */

#include "error.h"
#include "print.h"
#include "sys.h"

int sys_fork(void);
void sys_exit(int status) __attribute__((noreturn));
int sys_execve(const char *path, char *const argv[], char *const envp[]);
long sys_read(int fd, void *buf, size_t n);
long sys_write(int fd, const void *buf, size_t n);
int sys_close(int fd);
int sys_sleep(int ticks);
int sys_poweroff(int status);

int fork(void)
{
	print_flush();
	return sys_fork();
}

/* A program whose output did not arrive has not succeeded. EPIPE is no news:
 * the reader had seen enough. */
void exit(int status)
{
	print_flush();
	if (print_error != 0 && print_error != EPIPE && status == 0) {
		fprintf(2, "%s: standard output: %s\n", program_name,
			strerror(print_error));
		status = 1;
	}
	sys_exit(status);
}

int exec(const char *path, char *const argv[])
{
	return execve(path, argv, environ);
}

int execve(const char *path, char *const argv[], char *const envp[])
{
	print_flush();
	return sys_execve(path, argv, envp);
}

long read(int fd, void *buf, size_t n)
{
	if (fd == 0)
		print_flush();
	return sys_read(fd, buf, n);
}

long write(int fd, const void *buf, size_t n)
{
	if (fd == 1 || fd == 2)
		print_flush();
	return sys_write(fd, buf, n);
}

int close(int fd)
{
	if (fd == 1)
		print_flush();
	return sys_close(fd);
}

int sleep(int ticks)
{
	print_flush();
	return sys_sleep(ticks);
}

int poweroff(int status)
{
	print_flush();
	return sys_poweroff(status);
}
