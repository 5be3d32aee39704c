/* user/test/usertests/lazy_stores.c: files that processes share. */

#include "mapping.h"

#define PAGES 6L
#define SIZE ((size_t)PAGES * PGSIZE)
#define RW (PROT_READ | PROT_WRITE)
#define TAIL 100 /* bytes in the last page of some files */

enum { SEED = 0x7777, SEED_OTHER = 0x1111 };

/* A child that calls sync() until it is killed. */
static int start_syncing(void)
{
	int pid = xfork();

	while (pid == 0)
		sync();
	return pid;
}

static void stop_child(int pid)
{
	CHECK_EQ(kill(pid), 0);
	xwait(STATUS_KILLED);
}

/* ---- who sees a store ---- */

static void stores_are_read(void)
{
	char *map = share_new_file("file", PAGES, SEED);

	pages_check(map, PAGES, SEED);
	pages_fill(map, PAGES, SEED_OTHER);
	check_paged_file("file", PAGES, SEED_OTHER);
	map[3 * PGSIZE] = 'x';
	xunmap(map, PAGES);

	char byte;

	read_from_file("file", 3 * PGSIZE, &byte, 1);
	CHECK_EQ(byte, 'x');
	xunlink("file");
}

static void writes_are_seen(void)
{
	char *map = share_new_file("file", PAGES, SEED);
	char *reader = share_file("file", PAGES, PROT_READ, 0);
	char text[4];

	CHECK_EQ(*(int *)reader, *(int *)map);
	write_to_file("file", 0, "one", 4);
	CHECK_EQ(strcmp(map, "one"), 0);
	map[0] = 'O';
	CHECK_EQ(strcmp(reader, "One"), 0);
	write_to_file("file", 1, "NE", 3);
	CHECK_EQ(strcmp(map, "ONE"), 0);
	write_to_file("file", PGSIZE, "two", 4);
	CHECK_EQ(strcmp(reader + PGSIZE, "two"), 0);
	sync();
	map[PGSIZE] = 'T';
	CHECK_EQ(strcmp(reader + PGSIZE, "Two"), 0);
	read_from_file("file", PGSIZE, text, 4);
	CHECK_EQ(strcmp(text, "Two"), 0);
	check_audit();
	xunlink("file");
}

/* Each of them may be on another hart. */
static void processes_see_each_others_stores(void)
{
	enum { TURNS = 300 };
	char *map = share_new_file("file", 1, SEED);
	volatile int *word = (volatile int *)map;
	int go[2], done[2];

	xpipe(go);
	xpipe(done);
	IN_CHILD() {
		volatile int *own =
			(volatile int *)share_file("file", 1, RW, 0);

		for (int i = 0; i < TURNS; i++) {
			signal_take(go);
			CHECK_EQ(own[0], i);
			own[1] = i;
			signal_give(done);
		}
	}
	for (int i = 0; i < TURNS; i++) {
		if (i % 32 == 0)
			sync();
		word[0] = i;
		signal_give(go);
		signal_take(done);
		CHECK_EQ(word[1], i);
	}
	xwait(0);
	xunlink("file");
}

static void fork_keeps_files_shared(void)
{
	char *map = share_new_file("file", PAGES, SEED);

	pages_fill(map, PAGES / 2, SEED_OTHER);
	IN_CHILD() {
		pages_check(map, PAGES / 2, SEED_OTHER);
		pages_fill(map, PAGES, SEED_OTHER);
	}
	xwait(0);
	pages_check(map, PAGES, SEED_OTHER);

	struct vmstat before = measure();

	map[0] = 1;
	CHECK_EQ(measure().cow_copy - before.cow_copy, 0);
	check_paged_file("file", 0, 0);
	xunlink("file");
}

/* What one program has mapped privately, others store to. */
static void private_pages_do_not_see_stores(void)
{
	char *private = map_new_file("file", PAGES, SEED);

	pages_check(private, PAGES, SEED);

	char *shared = share_file("file", PAGES, RW, 0);

	pages_check(shared, PAGES, SEED);
	pages_fill(shared, PAGES, SEED_OTHER);
	pages_check(private, PAGES, SEED);
	check_paged_file("file", PAGES, SEED_OTHER);

	char *late = map_file("file", PAGES, RW, 0);

	pages_check(late, PAGES, SEED_OTHER);
	pages_fill(shared, PAGES, SEED);
	pages_check(late, PAGES, SEED_OTHER);
	pages_fill(late, 1, 5);
	pages_check(shared, PAGES, SEED);
	check_audit();
	xunlink("file");
}

/* ---- commits ---- */

/* A program may store to a page until the next commit. */
static void first_store_after_a_commit_faults(void)
{
	char *map = share_new_file("file", PAGES, SEED);
	struct vmstat before;

	sync();
	pages_check(map, PAGES, SEED);
	own_stack();
	before = measure();
	map[0] = 1;
	map[1] = 1;

	struct vmstat after = measure();

	CHECK(after.fault_store - before.fault_store <= 2); /* a commit */
	CHECK(after.fault_store - before.fault_store >= 1);
	CHECK_EQ(msync(map, SIZE, MS_SYNC), 0);
	before = measure();
	map[2] = 1;
	after = measure();
	CHECK(after.fault_store - before.fault_store >= 1);
	CHECK_EQ(after.used - before.used, 0);
	check_audit();
	xunlink("file");
}

/* Also if it never leaves its hart, where the translation is cached. */
static void running_program_loses_the_right_to_store(void)
{
	char *map = share_new_file("file", PAGES, SEED);
	volatile long *turns = (volatile long *)map;
	int pid = xfork();

	while (pid == 0)
		++*turns;
	own_stack();
	for (int i = 0; i < 10; i++) {
		struct vmstat before = measure();

		sync();
		for (long seen = *turns; *turns == seen;)
			;
		CHECK(measure().fault_store > before.fault_store);
	}
	stop_child(pid);
	xunlink("file");
}

/* While another process commits all the time, on another hart if there is
 * one. */
static void stores_outlive_commits(void)
{
	enum { TURNS = 4000 };
	char *map = share_new_file("file", PAGES, SEED);
	int pid = start_syncing();

	for (int n = 0; n < TURNS; n++) {
		volatile int *word =
			(volatile int *)(map + n % PAGES * (long)PGSIZE) +
			n / PAGES % 1024;

		*word = n;
		CHECK_EQ(*word, n);
	}
	stop_child(pid);
	for (int n = TURNS - 1000; n < TURNS; n++) {
		int word;

		read_from_file("file",
			       n % PAGES * (long)PGSIZE + n / PAGES % 1024 * 4,
			       &word, 4);
		CHECK_EQ(word, n);
	}
	check_audit();
	xunlink("file");
}

/* The pages of the buffer lose the right to be stored to meanwhile, and there
 * are more than fit into a transaction of a small machine. */
static void reads_into_shared_pages_are_whole(void)
{
	enum { COUNT = 70, TURNS = 4 };

	make_paged_file("from", COUNT, SEED, 0);
	make_paged_file("to", COUNT, SEED_OTHER, 0);

	int pid = start_syncing();

	for (int i = 0; i < TURNS; i++) {
		char *map = share_file("to", COUNT, RW, 0);
		int fd = xopen("from", O_RDONLY);

		CHECK_EQ(read(fd, map, COUNT * PGSIZE), COUNT * PGSIZE);
		pages_check(map, COUNT, SEED);
		xclose(fd);
		pages_fill(map, COUNT, SEED_OTHER);
		xunmap(map, COUNT);
	}
	stop_child(pid);
	xunlink("from");
	xunlink("to");
}

static void writes_from_shared_pages_are_whole(void)
{
	enum { COUNT = 40 };
	char *map = share_new_file("from", COUNT, SEED);
	int pid = start_syncing(), fd = xopen("to", O_RDWR | O_CREATE);

	for (int i = 0; i < 4; i++) {
		lseek(fd, 0, SEEK_SET);
		CHECK_EQ(write(fd, map, COUNT * PGSIZE), COUNT * PGSIZE);
		CHECK_EQ(madvise(map, COUNT * PGSIZE, MADV_DONTNEED), 0);
	}
	stop_child(pid);
	check_paged_file("to", COUNT, SEED);
	xclose(fd);
	xunlink("from");
	xunlink("to");
}

/* Each page of the buffer is a page of the file that is locked. */
static void shared_file_is_read_into_itself(void)
{
	enum { PROCS = 4, TURNS = 12 };
	char *map = share_new_file("file", PAGES, SEED);

	for (int i = 0; i < PROCS; i++)
		IN_CHILD() {
			int fd = xopen("file", O_RDWR);

			for (int n = 0; n < TURNS; n++) {
				lseek(fd, 0, SEEK_SET);
				CHECK_EQ(read(fd, map, SIZE), SIZE);
				lseek(fd, 0, SEEK_SET);
				CHECK_EQ(write(fd, map, SIZE), SIZE);
				madvise(map, SIZE, MADV_DONTNEED);
			}
		}
	for (int i = 0; i < PROCS; i++)
		xwait(0);
	check_paged_file("file", PAGES, SEED);
	pages_check(map, PAGES, SEED);
	xunlink("file");
}

static void calls_store_to_shared_pages(void)
{
	char *map = share_new_file("file", PAGES, SEED);
	struct stat st;
	int fds[2], fd = xopen("file", O_RDONLY), status;

	xpipe(fds);
	xwrite(fds[1], "0123456789", 10);
	xread(fds[0], map + PGSIZE - 5, 10);
	sync();
	CHECK_EQ(fstat(fd, (struct stat *)(map + 2 * PGSIZE - 8)), 0);
	memcpy(&st, map + 2 * PGSIZE - 8, sizeof(st));
	CHECK_EQ(st.size, SIZE);
	IN_CHILD()
		exit(7);
	CHECK(wait((int *)(map + 3 * PGSIZE - 2)) > 0);
	memcpy(&status, map + 3 * PGSIZE - 2, sizeof(status));
	CHECK_EQ(status, 7);

	char text[10];

	read_from_file("file", PGSIZE - 5, text, 10);
	CHECK_EQ(memcmp(text, "0123456789", 10), 0);
	xclose(fd);
	xunlink("file");
}

static void msync_refuses(void)
{
	char *map = share_new_file("file", PAGES, SEED);

	CHECK_FAILS(msync(map + 1, PGSIZE, MS_SYNC), EINVAL);
	CHECK_FAILS(msync(map, PGSIZE, MS_SYNC | MS_ASYNC), EINVAL);
	CHECK_FAILS(msync(map, PGSIZE, 8), EINVAL);
	CHECK_FAILS(msync((char *)0x40000000, PGSIZE, MS_SYNC), ENOMEM);
	CHECK_FAILS(msync(map, -PGSIZE, MS_SYNC), ENOMEM);
	CHECK_EQ(msync(map, SIZE, MS_ASYNC), 0);
	CHECK_EQ(msync(map, SIZE, MS_SYNC | MS_INVALIDATE), 0);
	CHECK_EQ(msync(map, 0, MS_SYNC), 0);
	CHECK_EQ(msync(map, 1, 0), 0);
	xunmap(map + PGSIZE, 1);
	CHECK_FAILS(msync(map, SIZE, MS_SYNC), ENOMEM);
	xunlink("file");
}

const struct test lazy_store_tests[] = {
	TEST(stores_are_read),
	TEST(writes_are_seen),
	TEST(processes_see_each_others_stores),
	TEST(fork_keeps_files_shared),
	TEST(private_pages_do_not_see_stores),
	TEST(first_store_after_a_commit_faults),
	TEST(running_program_loses_the_right_to_store),
	TEST(stores_outlive_commits),
	TEST(reads_into_shared_pages_are_whole),
	TEST(writes_from_shared_pages_are_whole),
	TEST(shared_file_is_read_into_itself),
	TEST(calls_store_to_shared_pages),
	TEST(msync_refuses),
	TESTS_END,
};
