/* user/test/usertests/lazy_spawn.c: posix_spawn(), which is made of vfork() and
 * exec. */

#include "spawn.h"
#include "tests.h"

/* posix_spawn() with two pipes as the program's input and output. */
static void spawned_program_gets_its_files(void)
{
	int in[2], out[2], pid;
	char bytes[3] = "";
	posix_spawn_file_actions_t actions;

	xpipe(in);
	xpipe(out);
	make_file("file", "y", 1);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, in[0], 0);
	posix_spawn_file_actions_adddup2(&actions, out[1], 1);
	posix_spawn_file_actions_adddup2(&actions, 1, 1);
	posix_spawn_file_actions_addclose(&actions, in[1]);
	posix_spawn_file_actions_addopen(&actions, 9, "file", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, 9, out[0]);
	CHECK_EQ(posix_spawnp(&pid, "cat", &actions, NULL,
			      (char *[]){ "cat", "-", "file", NULL }, NULL),
		 0);
	posix_spawn_file_actions_destroy(&actions);
	xwrite(in[1], "x", 1);
	xclose(in[1]);
	xread(out[0], bytes, 2);
	CHECK_EQ(strcmp(bytes, "xy"), 0);
	CHECK_EQ(xwait(0), pid);
}

/* What cannot be started leaves no child, and another child is not lost. */
static void failed_spawn_leaves_no_child(void)
{
	char *argv[] = { "none", NULL };
	posix_spawn_file_actions_t actions;
	int other = xzombie(5), pid = -7;

	errno = 0;
	CHECK_EQ(posix_spawn(&pid, "/none", NULL, NULL, argv, NULL), ENOENT);
	CHECK_EQ(posix_spawn(&pid, "/dev", NULL, NULL, argv, NULL), EACCES);
	posix_spawn_file_actions_init(&actions);
	CHECK_EQ(posix_spawn_file_actions_addclose(&actions, NOFILE), EBADF);
	posix_spawn_file_actions_adddup2(&actions, 9, 0);
	CHECK_EQ(posix_spawn(&pid, "/bin/true", &actions, NULL, argv, NULL),
		 EBADF);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, "none", O_RDONLY, 0);
	CHECK_EQ(posix_spawn(&pid, "/bin/true", &actions, NULL, argv, NULL),
		 ENOENT);
	CHECK_EQ(pid, -7);
	CHECK_EQ(errno, 0);
	CHECK_EQ(xwait(5), other);
	CHECK_FAILS(wait(NULL), ECHILD);
}

const struct test lazy_spawn_tests[] = {
	TEST(spawned_program_gets_its_files),
	TEST(failed_spawn_leaves_no_child),
	TESTS_END,
};
