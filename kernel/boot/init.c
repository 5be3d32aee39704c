/* kernel/boot/init.c: the first process, which mounts the disk and then becomes
 * /bin/init. */
#include "boot/init.h"

#include "dev/poweroff.h"
#include "fs/fs.h"
#include "fs/journal.h"
#include "fs/path.h"
#include "lib/printf.h"
#include "proc/exec.h"
#include "proc/life.h"
#include "proc/proc.h"
#include "trap/trap.h"

#define INIT_PATH "/bin/init"
#define NO_INIT_STATUS 100 /* QEMU's exit status if init cannot run */

static const struct options *boot_options;

static int exec_init(struct exec_args *args)
{
	int error = exec_args_add(args, "init");

	if (error != 0)
		return error;
	error = options_init_args(boot_options, args);
	if (error != 0)
		return error;
	return proc_exec(INIT_PATH, args);
}

static int become_init(void)
{
	struct exec_args args;
	int error = path_lookup(NULL, "/", &current()->cwd);

	if (error != 0)
		return error;
	error = exec_args_init(&args);
	if (error != 0)
		return error;
	error = exec_init(&args);
	exec_args_free(&args);
	return error;
}

static void init_start(void)
{
	if (fs_mount() != 0 || proc_spawn("journald", journal_thread) != 0)
		poweroff(NO_INIT_STATUS);

	int error = become_init();

	if (error != 0) {
		kprintf("calf: cannot run %s: error %d\n", INIT_PATH, -error);
		poweroff(NO_INIT_STATUS);
	}
	user_start();
}

int init_create(const struct options *options)
{
	boot_options = options;
	return proc_spawn("init", init_start);
}
