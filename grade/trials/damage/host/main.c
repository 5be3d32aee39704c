/* grade/trials/damage/host/main.c: the kernel's file system on disk images, on
 * the host: mounts each and runs grade/trials/programs/abuse.c, in a process of
 * its own.
 *
 * A line for each image, its name and how it ended. The images stay as they
 * are. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#define BLOCK 4096
/* Limits for an image, which takes a hundredth of a second. One that makes the
 * kernel loop uses up the first, however busy this machine is. */
#define CPU_SECONDS 5
#define SECONDS 60

int run_on(void *blocks, unsigned long nblocks);
void end_of_run(int status) __attribute__((noreturn));

void end_of_run(int status)
{
	exit(status);
}

static int run_image(const char *path)
{
	const struct itimerval cpu_time = { .it_value.tv_sec = CPU_SECONDS };
	int fd = open(path, O_RDONLY);
	off_t size = lseek(fd, 0, SEEK_END);
	void *blocks = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE, fd, 0);

	if (fd < 0 || blocks == MAP_FAILED)
		return 1;
	setitimer(ITIMER_PROF, &cpu_time, NULL);
	alarm(SECONDS);
	return run_on(blocks, (unsigned long)size / BLOCK);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		int status = 0;
		pid_t pid = fork();

		if (pid == 0)
			exit(run_image(argv[i]));
		if (pid < 0 || waitpid(pid, &status, 0) < 0)
			return 1;
		if (WIFSIGNALED(status))
			printf("= %s signal %d\n", argv[i], WTERMSIG(status));
		else
			printf("= %s status %d\n", argv[i],
			       WEXITSTATUS(status));
		fflush(stdout);
	}
	return 0;
}
