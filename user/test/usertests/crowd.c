/* user/test/usertests/crowd.c: several processes on the same files at the same
 * time. */

#include "dir.h"
#include "tests.h"

#define WORKERS 4

static void run_workers(void (*work)(int worker))
{
	for (int i = 0; i < WORKERS; i++)
		IN_CHILD()
			work(i);
	for (int i = 0; i < WORKERS; i++)
		xwait(0);
}

static void own_name(char name[NAME_LEN + 1], int worker, int i)
{
	snprintf(name, NAME_LEN + 1, "w%d-%d", worker, i);
}

static void work_create(int worker)
{
	char name[NAME_LEN + 1];
	char c;

	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 12; i++) {
			own_name(name, worker, i);
			c = (char)(worker * 16 + i);
			make_file(name, &c, 1);
		}
		for (int i = 0; i < 12; i++) {
			own_name(name, worker, i);
			int fd = xopen(name, O_RDONLY);
			xread(fd, &c, 1);
			CHECK_EQ(c, worker * 16 + i);
			xclose(fd);
			xunlink(name);
		}
	}
}

static void all_create_and_unlink_files(void)
{
	run_workers(work_create);
}

static void work_same_name(int worker)
{
	for (int i = 0; i < 30; i++) {
		int fd = open("same", O_RDWR | O_CREATE);

		CHECK(fd >= 0);
		xwrite(fd, "x", 1);
		xclose(fd);
		if ((i + worker) % 3 == 0 && unlink("same") < 0)
			CHECK_EQ(errno, ENOENT);
	}
}

static void all_create_and_unlink_the_same_file(void)
{
	run_workers(work_same_name);
	unlink("same");
}

static void work_same_directory(int worker)
{
	for (int i = 0; i < 20; i++) {
		if (mkdir("dir") < 0)
			CHECK_EQ(errno, EEXIST);
		int fd = open("dir/file", O_RDWR | O_CREATE);
		if (fd < 0)
			CHECK_EQ(errno, ENOENT);
		else
			xclose(fd);
		if ((i + worker) % 2 == 0)
			unlink("dir/file");
		else if (unlink("dir") < 0)
			CHECK(errno == ENOTEMPTY || errno == ENOENT);
	}
}

static void all_make_and_remove_the_same_directory(void)
{
	run_workers(work_same_directory);
	unlink("dir/file");
	unlink("dir");
}

static void work_rename(int worker)
{
	char name[NAME_LEN + 1];

	own_name(name, worker, 0);
	for (int i = 0; i < 20; i++) {
		make_file(name, "x", 1);
		CHECK_EQ(rename(name, "target"), 0);
		if (worker % 2 == 0 && unlink("target") < 0)
			CHECK_EQ(errno, ENOENT);
	}
}

static void all_rename_to_the_same_name(void)
{
	run_workers(work_rename);
	unlink("target");
}

/* Two workers, starting from opposite ends, move two directories into each
 * other again and again. At most one can be inside the other. */
static void work_move_directories(int worker)
{
	for (int i = 0; i < 30; i++) {
		if (worker % 2 == 0) {
			rename("a", "b/a");
			rename("b/a", "a");
		} else {
			rename("b", "a/b");
			rename("a/b", "b");
		}
	}
}

static void all_move_directories(void)
{
	xmkdir("a");
	xmkdir("b");
	run_workers(work_move_directories);
	rename("b/a", "a");
	rename("a/b", "b");
	xunlink("a");
	xunlink("b");
}

enum { RECORDS = 60, RECORD_SIZE = 70 };

static void work_append(int worker)
{
	char record[RECORD_SIZE];
	int fd = xopen("log", O_WRONLY | O_APPEND);

	memset(record, 'a' + worker, sizeof(record));
	for (int i = 0; i < RECORDS; i++)
		xwrite(fd, record, sizeof(record));
}

/* Every record must be there, in one piece. */
static void all_append_to_the_same_file(void)
{
	int counts[WORKERS] = { 0 };
	char record[RECORD_SIZE];

	make_file("log", "", 0);
	run_workers(work_append);
	int fd = xopen("log", O_RDONLY);
	for (int i = 0; i < WORKERS * RECORDS; i++) {
		xread(fd, record, sizeof(record));
		for (int j = 1; j < RECORD_SIZE; j++)
			CHECK_EQ(record[j], record[0]);
		counts[record[0] - 'a']++;
	}
	CHECK_EQ(read(fd, record, 1), 0);
	for (int i = 0; i < WORKERS; i++)
		CHECK_EQ(counts[i], RECORDS);
	xclose(fd);
	xunlink("log");
}

static int shared_fd;

static void work_shared_offset(int worker)
{
	char record[RECORD_SIZE];

	memset(record, 'a' + worker, sizeof(record));
	for (int i = 0; i < RECORDS; i++)
		xwrite(shared_fd, record, sizeof(record));
}

/* The workers share one open file, so none overwrites what another one
 * wrote. */
static void all_write_at_the_same_offset(void)
{
	struct stat st;

	shared_fd = xopen("log", O_RDWR | O_CREATE);
	run_workers(work_shared_offset);
	CHECK_EQ(fstat(shared_fd, &st), 0);
	CHECK_EQ(st.size, WORKERS * RECORDS * RECORD_SIZE);
	xclose(shared_fd);
	xunlink("log");
}

static void work_read_bin(int worker)
{
	static char buf[PGSIZE];

	(void)worker;
	for (int i = 0; i < 20; i++) {
		int fd = xopen("/bin/usertests", O_RDONLY);

		while (read(fd, buf, sizeof(buf)) > 0)
			;
		xclose(fd);
	}
}

static void all_read_the_same_file(void)
{
	run_workers(work_read_bin);
}

static void work_exec(int worker)
{
	char *argv[] = { "true", NULL };

	(void)worker;
	for (int i = 0; i < 15; i++) {
		IN_CHILD()
			exit(exec("true", argv));
		xwait(0);
	}
}

static void all_exec_the_same_program(void)
{
	run_workers(work_exec);
}

const struct test crowd_tests[] = {
	TEST(all_create_and_unlink_files),
	TEST(all_create_and_unlink_the_same_file),
	TEST(all_make_and_remove_the_same_directory),
	TEST(all_rename_to_the_same_name),
	TEST(all_move_directories),
	TEST(all_append_to_the_same_file),
	TEST(all_write_at_the_same_offset),
	TEST(all_read_the_same_file),
	TEST(all_exec_the_same_program),
	TESTS_END,
};
