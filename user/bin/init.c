/* user/bin/init.c: the first program. Its arguments are words of the boot
 * arguments.
 *
 *   (none)      run a shell on the console, and a new one whenever it exits
 *   run FILE    run the commands in FILE, then power off with the status of the
 *               last one
 *   shell FILE  use this shell instead of /bin/sh
 *
 * Every process whose parent has exited becomes a child of this one. */

#include "calf.h"

#define CONSOLE "/dev/console"
#define CONSOLE_MAJOR 1  /* kernel/dev/device.h */
#define STATUS_SHOWN 255 /* exit status if the shell was killed */

static const char *shell_path = "/bin/sh";

static void open_console(void)
{
	if (open(CONSOLE, O_RDWR) < 0) {
		mkdir("/dev");
		mknod(CONSOLE, CONSOLE_MAJOR, 0);
		open(CONSOLE, O_RDWR);
	}
	dup(0);
	dup(0);
}

/* Run a shell and return its status. Starting it fails only if memory is
 * exhausted, so try again. */
static int run_shell(char **argv)
{
	int pid;
	int status;

	while ((pid = fork()) < 0) {
		warn("fork");
		sleep(TICKS_PER_SECOND);
	}
	if (pid == 0) {
		exec(shell_path, argv);
		err(127, "%s", shell_path);
	}
	while (wait(&status) != pid)
		;
	return status;
}

/* Run the commands in a file and power off. The standard input of the commands
 * is empty. */
static void run_file(char *path)
{
	char *shell[] = { "sh", path, NULL };

	close(0);
	open("/dev/null", O_RDONLY);

	int status = run_shell(shell);

	sync();
	poweroff(status >= 0 ? status : STATUS_SHOWN);
}

int main(int argc, char **argv)
{
	char *shell[] = { "sh", NULL };

	char *file = NULL;

	open_console();
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "run") == 0 && i + 1 < argc)
			file = argv[++i];
		else if (strcmp(argv[i], "shell") == 0 && i + 1 < argc)
			shell_path = argv[++i];
		else
			warnx("boot argument not understood: %s", argv[i]);
	}
	if (file != NULL)
		run_file(file);
	for (;;) {
		int status = run_shell(shell);

		printf("init: sh ended with status %d, starting another\n",
		       status);
		if (status != 0)
			sleep(TICKS_PER_SECOND);
	}
}
