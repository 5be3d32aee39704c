/* user/test/usertests/child.c: what a child gets from its parent besides memory
 * and registers. */

#include "process.h"
#include "tests.h"

static void child_has_the_same_files(void)
{
	int fd = xopen("file", O_RDWR | O_CREATE);

	xwrite(fd, "ab", 2);
	IN_CHILD()
		xwrite(fd, "cd", 2);
	xwait(0);
	xwrite(fd, "ef", 2);

	char text[7] = "";

	CHECK_EQ(lseek(fd, 0, SEEK_SET), 0);
	xread(fd, text, 6);
	CHECK_EQ(strcmp(text, "abcdef"), 0);
	xclose(fd);
	xunlink("file");
}

static void child_has_the_same_descriptors(void)
{
	int low = xopen("file", O_RDWR | O_CREATE);
	int high = dup(low);
	struct stat st;

	xclose(low);
	IN_CHILD() {
		CHECK_FAILS(fstat(low, &st), EBADF);
		xwrite(high, "x", 1);
		CHECK_EQ(dup(high), low);
	}
	xwait(0);
	xclose(high);
	xunlink("file");
}

/* The grandchild answers when its parent has been killed. */
static void kill_of_parent_spares_child(void)
{
	int ready[2], go[2], answer[2];
	char byte = 'x';

	xpipe(ready);
	xpipe(go);
	xpipe(answer);

	int pid = xfork();

	if (pid == 0) {
		IN_CHILD() {
			xwrite(ready[1], &byte, 1);
			xread(go[0], &byte, 1);
			xwrite(answer[1], &byte, 1);
		}
		xwait(0);
	}
	xread(ready[0], &byte, 1);
	CHECK_EQ(kill(pid), 0);
	xwait(STATUS_KILLED);
	xclose(answer[1]);
	xwrite(go[1], &byte, 1);
	xread(answer[0], &byte, 1);
}

static void child_has_every_file(void)
{
	int fds[2];
	struct stat st;

	make_file("file", "12345", 5);
	while (open("file", O_RDONLY) >= 0)
		;
	CHECK_EQ(errno, EMFILE);
	IN_CHILD() {
		for (int fd = 3; fd < NOFILE; fd++)
			xclose(fd);
		CHECK_FAILS(fstat(NOFILE - 1, &st), EBADF);
	}
	xwait(0);
	xclose(NOFILE - 1);
	xclose(NOFILE - 2);
	xpipe(fds);
	CHECK_EQ(fds[1], NOFILE - 1);
	IN_CHILD()
		xwrite(NOFILE - 1, "x", 1);
	xwait(0);
	xread(fds[0], &st, 1);
	xunlink("file");
}

static void files_opened_by_child_are_its_own(void)
{
	make_file("file", "", 0);
	IN_CHILD()
		xopen("file", O_RDONLY);
	xwait(0);

	int fd = xopen("file", O_RDONLY);

	IN_CHILD()
		xclose(fd);
	xwait(0);
	xclose(fd);
	xunlink("file");
}

static void child_has_the_same_directory(void)
{
	xmkdir("dir");
	xchdir("dir");
	IN_CHILD() {
		make_file("file", "", 0);
		xchdir("..");
	}
	xwait(0);
	xunlink("file");
	xchdir("..");
	xunlink("dir");
}

static void exit_closes_files(void)
{
	int fds[2];
	char c;

	xpipe(fds);
	IN_CHILD()
		;
	xwait(0);
	xclose(fds[1]);
	CHECK_EQ(read(fds[0], &c, 1), 0);
}

/* ---- how tools show a child ---- */

static void child_has_the_name_but_not_the_counts(void)
{
	enum { PAGES = 300 };
	struct process own;
	char *pages = xpages(PAGES);

	for (int round = 0; round < 2; round++) {
		pages_fill(pages, PAGES, round);
		IN_CHILD()
			pages_fill(pages, PAGES, 2);
		pages_fill(pages, PAGES, 3);
		xwait(0);
	}
	IN_CHILD() {
		CHECK_EQ(process_read(getpid(), &own), 0);
		CHECK_EQ(strcmp(own.name, "usertests"), 0);
		CHECK(own.faults < PAGES && own.copies < PAGES &&
		      own.takeovers < PAGES);
	}
	xwait(0);
}

/* The same addresses, with the same rights, for the same purpose. */
static void child_has_the_same_mappings(void)
{
	struct mapping *all, *own;

	pages_fill(xpages(1), 1, 1);

	long count = mappings_read(getpid(), &all);

	CHECK(count > 2);
	CHECK_EQ(strcmp(all[0].kind, "text"), 0);
	CHECK_EQ(strcmp(all[count - 1].kind, "heap"), 0);
	CHECK_EQ(all[count - 1].start, stack_top());
	IN_CHILD() {
		CHECK_EQ(mappings_read(getpid(), &own), count);
		for (long i = 0; i < count; i++)
			CHECK(own[i].start == all[i].start &&
			      strcmp(own[i].rights, all[i].rights) == 0 &&
			      strcmp(own[i].kind, all[i].kind) == 0);
	}
	xwait(0);
	free(all);
}

const struct test child_tests[] = {
	TEST(child_has_the_same_files),
	TEST(child_has_the_same_descriptors),
	TEST(kill_of_parent_spares_child),
	TEST(child_has_every_file),
	TEST(files_opened_by_child_are_its_own),
	TEST(child_has_the_same_directory),
	TEST(exit_closes_files),
	TEST(child_has_the_name_but_not_the_counts),
	TEST(child_has_the_same_mappings),
	TESTS_END,
};
