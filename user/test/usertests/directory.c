/* user/test/usertests/directory.c: directories and paths. */

#include "dir.h"
#include "tests.h"

static uint inode_of(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		fail("stat %s: %s", path, strerror(errno));
	return st.ino;
}

static int count_entries(const char *path)
{
	struct dir dir;
	int count = 0;

	if (dir_open(&dir, path) < 0)
		fail("%s: %s", path, strerror(errno));
	while (dir_next(&dir) != NULL)
		count++;
	dir_close(&dir);
	return count;
}

static void dots_lead_here_and_up(void)
{
	xmkdir("dir");
	CHECK_EQ(inode_of("dir/."), inode_of("dir"));
	CHECK_EQ(inode_of("dir/.."), inode_of("."));
	CHECK_EQ(inode_of("dir/./../dir/."), inode_of("dir"));
	xchdir("dir");
	xchdir("..");
	xunlink("dir");
	CHECK_EQ(inode_of("/.."), inode_of("/"));
	CHECK_EQ(inode_of("/../../.."), inode_of("/"));
}

static void directory_reads_as_entries(void)
{
	struct dirent entries[8];

	xmkdir("dir");
	make_file("dir/file", "", 0);
	int fd = xopen("dir", O_RDONLY);
	long n = read(fd, entries, sizeof(entries));

	CHECK(n >= 3 * (long)sizeof(entries[0]));
	CHECK_EQ(n % (long)sizeof(entries[0]), 0);
	CHECK_EQ(strcmp(entries[0].name, "."), 0);
	CHECK_EQ(entries[0].inum, inode_of("dir"));
	CHECK_EQ(strcmp(entries[1].name, ".."), 0);
	CHECK_EQ(strcmp(entries[2].name, "file"), 0);
	CHECK_EQ(entries[2].inum, inode_of("dir/file"));
	xclose(fd);
	xunlink("dir/file");
	xunlink("dir");
}

static void mkdir_of_existing_name_fails(void)
{
	xmkdir("dir");
	make_file("file", "", 0);
	CHECK_FAILS(mkdir("dir"), EEXIST);
	CHECK_FAILS(mkdir("file"), EEXIST);
	CHECK_FAILS(mkdir("/"), EEXIST);
	CHECK_FAILS(mkdir("."), EEXIST);
	CHECK_FAILS(mkdir("none/dir"), ENOENT);
	xunlink("dir");
	xunlink("file");
}

static void only_empty_directories_are_removed(void)
{
	xmkdir("dir");
	xmkdir("dir/sub");
	CHECK_FAILS(unlink("dir"), ENOTEMPTY);
	xunlink("dir/sub");
	make_file("dir/file", "", 0);
	CHECK_FAILS(unlink("dir"), ENOTEMPTY);
	xunlink("dir/file");
	xunlink("dir");
	CHECK_FAILS(chdir("dir"), ENOENT);
}

static void dots_cannot_be_removed(void)
{
	xmkdir("dir");
	CHECK_EQ(unlink("dir/."), -1);
	CHECK_EQ(unlink("dir/.."), -1);
	CHECK_EQ(unlink("."), -1);
	CHECK_EQ(unlink(".."), -1);
	CHECK_EQ(unlink("/"), -1);
	xunlink("dir");
}

/* More entries than fit into one block. */
static void directory_of_many_entries(void)
{
	enum { COUNT = 600 };
	char name[NAME_LEN + 1];

	xmkdir("many");
	xchdir("many");
	make_file("file", "", 0);
	for (int i = 0; i < COUNT; i++) {
		snprintf(name, sizeof(name), "name%d", i);
		CHECK_EQ(link("file", name), 0);
	}
	CHECK_EQ(count_entries("."), COUNT + 1);
	for (int i = 0; i < COUNT; i += 2) {
		snprintf(name, sizeof(name), "name%d", i);
		xunlink(name);
	}
	CHECK_EQ(count_entries("."), COUNT / 2 + 1);
	for (int i = 0; i < COUNT; i++) {
		snprintf(name, sizeof(name), "name%d", i);
		if (i % 2 == 0)
			CHECK_FAILS(open(name, O_RDONLY), ENOENT);
		else
			xunlink(name);
	}
	xunlink("file");
	xchdir("..");
	xunlink("many");
}

static void deep_directories(void)
{
	enum { DEPTH = 40 };

	for (int i = 0; i < DEPTH; i++) {
		xmkdir("d");
		xchdir("d");
	}
	make_file("file", "", 0);
	xunlink("file");
	for (int i = 0; i < DEPTH; i++) {
		xchdir("..");
		xunlink("d");
	}
}

/* The process stays in the directory, but no path leads there any more. */
static void removed_current_directory(void)
{
	xmkdir("dir");
	xchdir("dir");
	xunlink("../dir");
	CHECK_FAILS(open("file", O_RDWR | O_CREATE), ENOENT);
	CHECK_FAILS(mkdir("sub"), ENOENT);
	CHECK_FAILS(open("..", O_RDONLY), ENOENT);
	xchdir("/tmp");
}

/* ---- names and paths ---- */

static void names_of_fourteen_bytes(void)
{
	make_file("fourteen_bytes", "a", 1);
	make_file("fourteen_byteS", "b", 1);
	CHECK(inode_of("fourteen_bytes") != inode_of("fourteen_byteS"));
	CHECK_EQ(count_entries("."), 2);
	xunlink("fourteen_bytes");
	xunlink("fourteen_byteS");
}

static void longer_names_are_refused(void)
{
	const char *name = "fifteen_bytes__";

	make_file("fifteen_bytes_", "", 0);
	CHECK_FAILS(open(name, O_RDONLY), ENAMETOOLONG);
	CHECK_FAILS(open(name, O_RDWR | O_CREATE), ENAMETOOLONG);
	CHECK_FAILS(mkdir(name), ENAMETOOLONG);
	CHECK_FAILS(unlink(name), ENAMETOOLONG);
	CHECK_FAILS(chdir(name), ENAMETOOLONG);
	CHECK_FAILS(link("fifteen_bytes_", name), ENAMETOOLONG);
	CHECK_FAILS(rename("fifteen_bytes_", name), ENAMETOOLONG);
	CHECK_FAILS(mkdir("fifteen_bytes__/x"), ENAMETOOLONG);
	xunlink("fifteen_bytes_");
}

static void slashes_may_be_many(void)
{
	xmkdir("dir");
	make_file("dir//file", "", 0);
	CHECK_EQ(inode_of("dir///file"), inode_of("dir/file"));
	CHECK_EQ(inode_of("dir/"), inode_of("dir"));
	CHECK_EQ(inode_of("//"), inode_of("/"));
	CHECK_EQ(inode_of("///tmp//"), inode_of("/tmp"));
	xunlink("dir/file");
	xunlink("dir/");
}

static void empty_path_is_refused(void)
{
	CHECK_FAILS(open("", O_RDONLY), ENOENT);
	CHECK_FAILS(open("", O_RDWR | O_CREATE), ENOENT);
	CHECK_FAILS(mkdir(""), ENOENT);
	CHECK_FAILS(chdir(""), ENOENT);
	CHECK_FAILS(unlink(""), ENOENT);
}

/* A path "./././.../file" of that many bytes. */
static const char *long_path(size_t length)
{
	static char path[PATH_LEN + 64];
	size_t n = 0;

	for (; n + 4 < length; n += 2)
		memcpy(path + n, "./", 2);
	while (n < length)
		path[n++] = 'f';
	path[n] = '\0';
	return path;
}

static void path_length_is_bounded(void)
{
	const char *path = long_path(PATH_LEN - 1);

	make_file(path, "", 0);
	xunlink(path);
	path = long_path(PATH_LEN);
	CHECK_FAILS(open(path, O_RDWR | O_CREATE), ENAMETOOLONG);
	CHECK_FAILS(unlink(path), ENAMETOOLONG);
	path = long_path(PATH_LEN + 50);
	CHECK_FAILS(mkdir(path), ENAMETOOLONG);
	CHECK_EQ(count_entries("."), 0);
}

/* What follows a name, up to the end of its entry, is zero. */
static void check_names(const char *directory)
{
	static struct dirent entry[64];
	int fd = xopen(directory, O_RDONLY);
	long n;

	while ((n = read(fd, entry, sizeof(entry))) > 0)
		for (uint i = 0; i < (size_t)n / sizeof(entry[0]); i++) {
			const char *name = entry[i].name;
			size_t at = 0;

			while (at < NAME_LEN && name[at] != '\0')
				CHECK(name[at++] > ' ');
			while (at < NAME_LEN)
				CHECK_EQ(name[at++], 0);
		}
	xclose(fd);
}

static void directories_show_no_bytes_of_the_kernel(void)
{
	enum { FRAMES = 100 };
	static const char *const directories[] = { "/", "/proc", "/proc/self" };

	for (uint i = 0; i < ARRAY_LEN(directories); i++) {
		IN_CHILD()
			memset(xpages(FRAMES), 0xee, FRAMES * PGSIZE);
		xwait(0);
		check_names(directories[i]);
	}
}

const struct test directory_tests[] = {
	TEST(dots_lead_here_and_up),
	TEST(directory_reads_as_entries),
	TEST(mkdir_of_existing_name_fails),
	TEST(only_empty_directories_are_removed),
	TEST(dots_cannot_be_removed),
	TEST(directory_of_many_entries),
	TEST(deep_directories),
	TEST(removed_current_directory),
	TEST(names_of_fourteen_bytes),
	TEST(longer_names_are_refused),
	TEST(slashes_may_be_many),
	TEST(empty_path_is_refused),
	TEST(path_length_is_bounded),
	TEST(directories_show_no_bytes_of_the_kernel),
	TESTS_END,
};
