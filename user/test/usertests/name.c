/* user/test/usertests/name.c: link, unlink and rename. */

#include "tests.h"

static void check_file(const char *path, char expected)
{
	int fd = xopen(path, O_RDONLY);
	char c;

	xread(fd, &c, 1);
	CHECK_EQ(c, expected);
	xclose(fd);
}

static void check_gone(const char *path)
{
	CHECK_FAILS(open(path, O_RDONLY), ENOENT);
}

static struct stat xstat(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		fail("stat %s: %s", path, strerror(errno));
	return st;
}

/* ---- link and unlink ---- */

static void link_is_another_name(void)
{
	make_file("file", "abc", 3);
	CHECK_EQ(link("file", "other"), 0);
	CHECK_EQ(xstat("file").nlink, 2);
	CHECK_EQ(xstat("file").ino, xstat("other").ino);
	xunlink("file");
	check_file("other", 'a');
	CHECK_EQ(xstat("other").nlink, 1);
	xunlink("other");
}

static void impossible_links_fail(void)
{
	make_file("file", "", 0);
	xmkdir("dir");
	CHECK_FAILS(link("file", "file"), EEXIST);
	CHECK_FAILS(link("file", "dir"), EEXIST);
	CHECK_FAILS(link("none", "new"), ENOENT);
	CHECK_FAILS(link("file", "none/new"), ENOENT);
	CHECK_FAILS(link("dir", "new"), EPERM);
	CHECK_EQ(xstat("file").nlink, 1);
	xunlink("file");
	xunlink("dir");
}

static void unlinked_file_lives_while_it_is_open(void)
{
	char text[6];
	struct stat st;

	make_file("file", "abc", 3);
	int fd = xopen("file", O_RDWR);
	xunlink("file");
	CHECK_FAILS(open("file", O_RDONLY), ENOENT);
	CHECK_EQ(lseek(fd, 0, SEEK_END), 3);
	xwrite(fd, "def", 3);
	CHECK_EQ(lseek(fd, 0, SEEK_SET), 0);
	xread(fd, text, 6);
	CHECK_EQ(memcmp(text, "abcdef", 6), 0);
	CHECK_EQ(fstat(fd, &st), 0);
	CHECK_EQ(st.nlink, 0);
}

static void unlink_of_missing_file_fails(void)
{
	CHECK_FAILS(unlink("none"), ENOENT);
	CHECK_FAILS(unlink("none/none"), ENOENT);
}

/* ---- rename ---- */

static void rename_gives_a_new_name(void)
{
	make_file("old", "x", 1);
	CHECK_EQ(rename("old", "new"), 0);
	check_gone("old");
	check_file("new", 'x');
	xunlink("new");
}

static void rename_replaces_a_file(void)
{
	make_file("old", "x", 1);
	make_file("new", "y", 1);
	int fd = xopen("new", O_RDONLY);
	char c;

	CHECK_EQ(rename("old", "new"), 0);
	check_gone("old");
	check_file("new", 'x');
	xread(fd, &c, 1);
	CHECK_EQ(c, 'y');
	xunlink("new");
}

static void rename_to_itself_does_nothing(void)
{
	make_file("file", "x", 1);
	CHECK_EQ(rename("file", "file"), 0);
	CHECK_EQ(rename("file", "./file"), 0);
	CHECK_EQ(link("file", "other"), 0);
	CHECK_EQ(rename("file", "other"), 0);
	check_file("other", 'x');
	unlink("file");
	xunlink("other");
}

static void rename_moves_between_directories(void)
{
	xmkdir("a");
	xmkdir("b");
	make_file("a/file", "x", 1);
	CHECK_EQ(rename("a/file", "b/other"), 0);
	check_gone("a/file");
	check_file("b/other", 'x');
	xunlink("b/other");
	xunlink("a");
	xunlink("b");
}

static void rename_moves_a_directory(void)
{
	xmkdir("a");
	xmkdir("a/sub");
	xmkdir("b");
	make_file("a/sub/file", "x", 1);
	CHECK_EQ(rename("a/sub", "b/moved"), 0);
	check_file("b/moved/file", 'x');
	CHECK_EQ(xstat("b/moved/..").ino, xstat("b").ino);
	xunlink("a");
	CHECK_FAILS(unlink("b"), ENOTEMPTY);
	xunlink("b/moved/file");
	xunlink("b/moved");
	xunlink("b");
}

static void rename_of_directory_replaces_an_empty_one(void)
{
	xmkdir("a");
	xmkdir("b");
	make_file("a/file", "x", 1);
	CHECK_EQ(rename("a", "b"), 0);
	check_gone("a");
	check_file("b/file", 'x');
	xmkdir("c");
	CHECK_FAILS(rename("c", "b"), ENOTEMPTY);
	xunlink("b/file");
	xunlink("b");
	xunlink("c");
}

static void rename_does_not_mix_types(void)
{
	xmkdir("dir");
	make_file("file", "x", 1);
	CHECK_FAILS(rename("dir", "file"), ENOTDIR);
	CHECK_FAILS(rename("file", "dir"), EISDIR);
	check_file("file", 'x');
	xunlink("dir");
	xunlink("file");
}

/* The directory would be cut off from the root. */
static void rename_into_itself_fails(void)
{
	xmkdir("a");
	xmkdir("a/b");
	xmkdir("a/b/c");
	CHECK_FAILS(rename("a", "a/x"), EINVAL);
	CHECK_FAILS(rename("a", "a/b/x"), EINVAL);
	CHECK_FAILS(rename("a", "a/b/c"), EINVAL);
	CHECK_EQ(rename("a/b/c", "a/c"), 0);
	xunlink("a/c");
	xunlink("a/b");
	xunlink("a");
}

static void impossible_renames_fail(void)
{
	make_file("file", "x", 1);
	xmkdir("dir");
	CHECK_FAILS(rename("none", "new"), ENOENT);
	CHECK_FAILS(rename("file", "none/new"), ENOENT);
	CHECK_FAILS(rename("file/x", "new"), ENOTDIR);
	CHECK_FAILS(rename("file", "file/x"), ENOTDIR);
	CHECK_FAILS(rename("", "new"), ENOENT);
	CHECK_FAILS(rename("file", ""), ENOENT);
	CHECK_EQ(rename(".", "new"), -1);
	CHECK_EQ(rename("dir/..", "new"), -1);
	CHECK_EQ(rename("/", "new"), -1);
	CHECK_EQ(rename("dir", "/"), -1);
	check_file("file", 'x');
	xunlink("file");
	xunlink("dir");
}

/* This leaves a parent directory empty, so that it can be removed. */
static void rename_up_a_level(void)
{
	xmkdir("a");
	xmkdir("a/b");
	CHECK_EQ(rename("a/b", "b"), 0);
	xunlink("a");
	xmkdir("b/c");
	xunlink("b/c");
	xunlink("b");
}

/* ---- a slash after the name ---- */

static void slash_after_a_file_is_an_error(void)
{
	char *argv[] = { "true", NULL };

	make_file("file", "x", 1);
	xmkdir("dir");
	CHECK_FAILS(open("file/", O_RDONLY), ENOTDIR);
	CHECK_FAILS(open("file//", O_WRONLY | O_CREATE | O_TRUNC), ENOTDIR);
	CHECK_FAILS(open("/dev/null/", O_RDONLY), ENOTDIR);
	CHECK_FAILS(open("/proc/meminfo/", O_RDONLY), ENOTDIR);
	CHECK_FAILS(chdir("file/"), ENOTDIR);
	CHECK_FAILS(exec("/bin/true/", argv), ENOTDIR);
	CHECK_FAILS(unlink("file/"), ENOTDIR);
	CHECK_FAILS(link("file/", "other"), ENOTDIR);
	CHECK_FAILS(rename("file/", "other"), ENOTDIR);
	CHECK_FAILS(rename("dir", "file/"), ENOTDIR);
	CHECK_EQ(mkdir("file/"), -1);
	check_gone("other");
	check_file("file", 'x');
	xunlink("file");
	xunlink("dir");
}

static void slash_after_a_new_name_makes_no_file(void)
{
	make_file("file", "x", 1);
	CHECK_FAILS(open("new/", O_WRONLY | O_CREATE), EISDIR);
	CHECK_FAILS(mknod("new/", 3, 0), EISDIR);
	CHECK_FAILS(link("file", "new/"), ENOENT);
	CHECK_FAILS(rename("file", "new/"), ENOTDIR);
	CHECK_FAILS(unlink("new/"), ENOENT);
	check_gone("new");
	xunlink("file");
}

static void slash_after_a_directory_changes_nothing(void)
{
	xmkdir("dir/");
	xchdir("dir//");
	xchdir("../");
	xclose(xopen("dir/", O_RDONLY));
	xclose(xopen("/proc/", O_RDONLY));
	CHECK_EQ(rename("dir/", "other/"), 0);
	CHECK_FAILS(mkdir("other/"), EEXIST);
	xunlink("other/");
	check_gone("other");
}

const struct test name_tests[] = {
	TEST(link_is_another_name),
	TEST(impossible_links_fail),
	TEST(unlinked_file_lives_while_it_is_open),
	TEST(unlink_of_missing_file_fails),
	TEST(rename_gives_a_new_name),
	TEST(rename_replaces_a_file),
	TEST(rename_to_itself_does_nothing),
	TEST(rename_moves_between_directories),
	TEST(rename_moves_a_directory),
	TEST(rename_of_directory_replaces_an_empty_one),
	TEST(rename_does_not_mix_types),
	TEST(rename_into_itself_fails),
	TEST(impossible_renames_fail),
	TEST(rename_up_a_level),
	TEST(slash_after_a_file_is_an_error),
	TEST(slash_after_a_new_name_makes_no_file),
	TEST(slash_after_a_directory_changes_nothing),
	TESTS_END,
};
