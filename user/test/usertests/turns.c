/* user/test/usertests/turns.c: no process starves.
 *
 * In each test some hogs use a resource without a pause, and a guest uses it
 * now and then. While the hogs go on, the guest must get its turns, and must
 * exit when it is killed. On a kernel that lets the hogs overtake, the test
 * does not finish. */

#include "dir.h"
#include "tests.h"

enum {
	HOGS = 2,
	SHARES = 20,      /* the turns that the guest must get */
	CACHE_SHARE = 32, /* the block cache has 1/32 of RAM, ... */
	BUF_SIZE = 3 << 20,
	CACHE_MAX = 8 << 20, /* ... but at most this many bytes */
};

struct contest {
	void (*hog)(void); /* uses the resource once */
	void (*guest)(void);
	int shares; /* 0: SHARES */
};

static void use_for_ever(void (*use)(void))
{
	for (;;)
		use();
}

static void kill_and_wait(int pid)
{
	CHECK_EQ(kill(pid), 0);
	CHECK_EQ(xwait(STATUS_KILLED), pid);
}

static void check_contest(const struct contest *contest)
{
	int hogs[HOGS];

	for (int i = 0; i < HOGS; i++) {
		hogs[i] = xfork();
		if (hogs[i] == 0)
			use_for_ever(contest->hog);
	}
	IN_CHILD() {
		int shares = contest->shares != 0 ? contest->shares : SHARES;

		for (int i = 0; i < shares; i++)
			contest->guest();
	}
	xwait(0);

	int guest = xfork();

	if (guest == 0)
		use_for_ever(contest->guest);
	sleep(1);
	kill_and_wait(guest);
	for (int i = 0; i < HOGS; i++)
		kill_and_wait(hogs[i]);
}

/* ---- files ---- */

/* Allocated only in the tests that need it, because without copy-on-write fork
 * has to copy it. */
static char *buf; /* BUF_SIZE bytes */
static int big;   /* a file that does not fit into the block cache */

static void make_big_file(void)
{
	long bytes = xvmstat("total") * (long)PGSIZE / CACHE_SHARE;

	buf = xsbrk(BUF_SIZE);
	if (bytes > CACHE_MAX)
		bytes = CACHE_MAX;
	big = xopen("big", O_RDWR | O_CREATE);
	for (long made = 0; made < bytes + bytes / 2; made += 1 << 20)
		xwrite(big, buf, 1 << 20);
	make_file("small", buf, 100);
}

static void remove_big_file(void)
{
	xclose(big);
	xunlink("big");
	xunlink("small");
}

/* Wait for the disk with the file locked. */
static void read_big(void)
{
	static int fd = -1;

	if (fd < 0)
		fd = xopen("big", O_RDONLY);
	if (read(fd, buf, 1 << 20) == 0)
		lseek(fd, 0, SEEK_SET);
}

static void stat_big(void)
{
	struct stat st;

	CHECK_EQ(fstat(big, &st), 0);
}

static void readers_do_not_starve_others(void)
{
	static const struct contest contest = { read_big, stat_big, 3 };

	make_big_file();
	check_contest(&contest);
	remove_big_file();
}

static void read_small(void)
{
	int fd = xopen("small", O_RDONLY);

	xread(fd, buf, 100);
	xclose(fd);
}

static void cache_readers_do_not_starve_others(void)
{
	static const struct contest contest = { read_big, read_small, 3 };

	make_big_file();
	check_contest(&contest);
	remove_big_file();
}

static void write_own(long bytes)
{
	char name[NAME_LEN + 1];

	snprintf(name, sizeof(name), "own%d", getpid());

	int fd = xopen(name, O_WRONLY | O_CREATE | O_TRUNC);

	xwrite(fd, buf, (size_t)bytes);
	xclose(fd);
	xunlink(name);
}

static void write_little(void)
{
	write_own(100);
}

static void write_much(void)
{
	write_own(BUF_SIZE - (64 << 10));
}

/* Run the contest in a directory of its own, because hogs that are killed leave
 * their files there. */
static void check_contest_in_dir(const struct contest *contest)
{
	xmkdir("dir");
	xchdir("dir");
	check_contest(contest);
	xchdir("..");
	CHECK_EQ(remove_tree("dir"), 0);
}

static void small_writes_do_not_starve_others(void)
{
	static const struct contest contest = { write_little, write_much, 3 };

	buf = xsbrk(BUF_SIZE);
	check_contest_in_dir(&contest);
}

static void large_writes_do_not_starve_others(void)
{
	static const struct contest contest = { write_much, write_little, 3 };

	buf = xsbrk(BUF_SIZE);
	check_contest_in_dir(&contest);
}

static void move_there_and_back(void)
{
	char from[NAME_LEN + 1];
	char to[NAME_LEN + 1];

	snprintf(from, sizeof(from), "own%d", getpid());
	snprintf(to, sizeof(to), "to%d", getpid());
	make_file(from, "", 0);
	CHECK_EQ(rename(from, to), 0);
	xunlink(to);
}

static void renames_do_not_starve_others(void)
{
	static const struct contest contest = { move_there_and_back,
						move_there_and_back, 0 };

	check_contest_in_dir(&contest);
}

/* A change starts again if another process has changed the name meanwhile, but
 * it does not give up. */
static void churn_name(void)
{
	xclose(xopen("name", O_WRONLY | O_CREATE));
	CHECK(rename("name", "other") == 0 || errno == ENOENT);
	CHECK(link("other", "name") == 0 || errno == ENOENT || errno == EEXIST);
	CHECK(unlink("name") == 0 || errno == ENOENT);
	CHECK(unlink("other") == 0 || errno == ENOENT);
}

static void changes_of_one_name_do_not_starve_others(void)
{
	static const struct contest contest = { churn_name, churn_name, 0 };

	check_contest_in_dir(&contest);
}

/* ---- pipes ---- */

static int ends[2];

static void read_byte(void)
{
	char c;

	xread(ends[0], &c, 1);
}

/* Start a process that writes as many bytes as the readers want, and does other
 * work in between. */
static int start_writer(void)
{
	int pid = xfork();

	if (pid == 0) {
		for (;;) {
			xwrite(ends[1], "x", 1);
			getpid();
		}
	}
	return pid;
}

static void pipe_readers_take_turns(void)
{
	static const struct contest contest = { read_byte, read_byte, 0 };

	xpipe(ends);

	int writer = start_writer();

	check_contest(&contest);
	kill_and_wait(writer);
	xclose(ends[0]);
	xclose(ends[1]);
}

static void write_many_rings(void)
{
	xwrite(ends[1], buf, 1 << 20);
}

static void write_piece(void)
{
	xwrite(ends[1], buf, PIPE_BUF);
}

static int start_reader(void)
{
	int pid = xfork();

	if (pid == 0)
		for (;;)
			xread(ends[0], buf, 300);
	return pid;
}

static void pipe_writers_take_turns(void)
{
	static const struct contest contest = { write_many_rings, write_piece,
						0 };

	buf = xsbrk(BUF_SIZE);
	xpipe(ends);

	int reader = start_reader();

	check_contest(&contest);
	kill_and_wait(reader);
	xclose(ends[0]);
	xclose(ends[1]);
}

/* ---- processes ---- */

static void kill_nobody(void)
{
	CHECK_FAILS(kill(0x7fffffff), ESRCH);
}

/* Spinlocks are not handed over in order. A hart gets one by chance, but must
 * get it. */
static void harts_share_the_process_tree(void)
{
	static const struct contest contest = { kill_nobody, kill_nobody,
						1000 };

	check_contest(&contest);
}

static void compute(void)
{
	for (volatile int i = 0; i < 100000; i++)
		;
}

static void sleep_a_tick(void)
{
	CHECK_EQ(sleep(1), 0);
}

static void sleepers_run_beside_programs_that_compute(void)
{
	static const struct contest contest = { compute, sleep_a_tick, 5 };

	check_contest(&contest);
}

static int grower; /* resizes its heap without a pause */

static void grow_and_shrink(void)
{
	long bytes = 1000 * (long)PGSIZE;

	xsbrk(bytes);
	xsbrk(-bytes);
}

static void read_status_of_grower(void)
{
	char path[32];
	char text[512];

	snprintf(path, sizeof(path), "/proc/%d/status", grower);

	int fd = xopen(path, O_RDONLY);

	CHECK(read(fd, text, sizeof(text)) > 0);
	xclose(fd);
}

static void status_of_busy_process_can_be_read(void)
{
	static const struct contest contest = { compute, read_status_of_grower,
						0 };

	grower = xfork();
	if (grower == 0)
		use_for_ever(grow_and_shrink);
	check_contest(&contest);
	kill_and_wait(grower);
}

/* Children that exit later must not hide one that exited before. */
static void wait_finds_the_oldest(void)
{
	int first = xzombie(0);

	for (int i = 0; i < SHARES; i++)
		xzombie(0);
	CHECK_EQ(xwait(0), first);
	for (int i = 0; i < SHARES; i++)
		xwait(0);
}

const struct test turn_tests[] = {
	TEST(readers_do_not_starve_others),
	TEST(cache_readers_do_not_starve_others),
	TEST(small_writes_do_not_starve_others),
	TEST(large_writes_do_not_starve_others),
	TEST(renames_do_not_starve_others),
	TEST(changes_of_one_name_do_not_starve_others),
	TEST(pipe_readers_take_turns),
	TEST(pipe_writers_take_turns),
	TEST(harts_share_the_process_tree),
	TEST(sleepers_run_beside_programs_that_compute),
	TEST(status_of_busy_process_can_be_read),
	TEST(wait_finds_the_oldest),
	TESTS_END,
};
