/* user/test/usertests/lazy_changes.c: what happens to a file while processes
 * share it, and the memory that this takes. */

#include "mapping.h"

#define PAGES 6L
#define SIZE ((size_t)PAGES * PGSIZE)
#define RW (PROT_READ | PROT_WRITE)
#define TAIL 100 /* bytes in the last page of some files */

enum { SEED = 0x7777, SEED_OTHER = 0x1111 };

static void copy_file(const char *from, const char *to)
{
	static char page[PGSIZE];
	int in = xopen(from, O_RDONLY), out = xopen(to, O_WRONLY | O_CREATE);
	long n;

	while ((n = read(in, page, sizeof(page))) > 0)
		xwrite(out, page, (size_t)n);
	xclose(in);
	xclose(out);
}

/* ---- the file while it is shared ---- */

static void store_needs_a_descriptor_for_writing(void)
{
	make_paged_file("file", PAGES, SEED, 0);

	char *map = share_file("file", PAGES, PROT_READ, 0);
	int fd = xopen("file", O_RDONLY);

	CHECK(mmap(NULL, SIZE, RW, MAP_SHARED, fd, 0) == MAP_FAILED);
	CHECK_EQ(errno, EACCES);
	CHECK_FAILS(mprotect(map, SIZE, RW), EACCES);
	check_store_killed(map);
	xprotect(map, PAGES, PROT_NONE);
	xprotect(map, PAGES, PROT_READ);
	pages_check(map, PAGES, SEED);
	xclose(fd);

	map = share_file("file", PAGES, RW, 0);
	xprotect(map, PAGES, PROT_READ);
	check_store_killed(map + PGSIZE);
	xprotect(map, PAGES, RW);
	pages_fill(map, PAGES, SEED_OTHER);
	xprotect(map, PAGES, PROT_READ);
	check_store_killed(map + PGSIZE);
	xprotect(map, PAGES, RW);
	map[1] = 1;
	check_audit();
	xunlink("file");
}

static void touch_beyond_a_shared_file_kills(void)
{
	make_paged_file("file", 1, SEED, TAIL);

	char *map = share_file("file", 4, RW, 0);

	check_killed(map + 2 * PGSIZE);
	check_killed(map + 4 * PGSIZE - 1);
	for (size_t i = 0; i < PGSIZE; i++)
		CHECK_EQ(map[PGSIZE + i], i < TAIL ? 'x' : 0);
	write_to_file("file", 2 * PGSIZE, "longer", 7);
	CHECK_EQ(strcmp(map + 2 * PGSIZE, "longer"), 0);
	map[2 * PGSIZE] = 'L';
	check_killed(map + 3 * PGSIZE);
	xunlink("file");
}

/* These bytes are not part of the file, even when it grows. */
static void bytes_after_the_end_are_lost(void)
{
	make_paged_file("file", 0, SEED, TAIL);

	char *map = share_file("file", 1, RW, 0);
	char bytes[2 * TAIL];

	memset(map + TAIL, 'y', TAIL);
	sync();
	memset(map + 3 * TAIL, 'y', TAIL);
	write_to_file("file", 5 * TAIL, "end", 4);
	read_from_file("file", TAIL, bytes, sizeof(bytes));
	for (size_t i = 0; i < sizeof(bytes); i++)
		CHECK_EQ(bytes[i], 0);
	for (size_t i = TAIL; i < 5 * TAIL; i++)
		CHECK_EQ(map[i], 0);
	CHECK_EQ(strcmp(map + 5 * TAIL, "end"), 0);
	xunlink("file");
}

/* The touched pages go, too, also from a process that runs on another hart. */
static void emptied_file_goes_from_all_who_share_it(void)
{
	char *map = share_new_file("file", PAGES, SEED);
	int ready[2];

	xpipe(ready);
	pages_check(map, PAGES, SEED);
	map[0] = 1;

	int pid = xfork();
	if (pid == 0) {
		map[PGSIZE] = 1;
		signal_give(ready);
		for (;;)
			*(volatile char *)(map + 2 * PGSIZE) = 2;
	}
	signal_take(ready);
	xclose(xopen("file", O_WRONLY | O_TRUNC));
	xwait(STATUS_KILLED);
	check_killed(map);
	check_killed(map + PGSIZE);
	make_paged_file("other", PAGES, SEED, 0);
	write_to_file("file", 0, "new", 4);
	CHECK_EQ(strcmp(map, "new"), 0);
	map[0] = 'N';
	check_paged_file("other", PAGES, SEED);
	check_audit();
	xunlink("file");
	xunlink("other");
}

static void holes_fill_for_all(void)
{
	make_paged_file("file", 0, SEED, 3);
	write_to_file("file", 5 * PGSIZE, "end", 4);

	char *map = share_file("file", 6, RW, 0), text[4];
	struct vmstat before = measure();

	pages_check_zero(map + PGSIZE, 4);
	CHECK_EQ(measure().zero_fill - before.zero_fill, 0);
	write_to_file("file", PGSIZE, "one", 4);
	CHECK_EQ(strcmp(map + PGSIZE, "one"), 0);
	IN_CHILD() {
		pages_check_zero(map + 2 * PGSIZE, 1);
		strcpy(map + 2 * PGSIZE, "two");
	}
	xwait(0);
	CHECK_EQ(strcmp(map + 2 * PGSIZE, "two"), 0);
	read_from_file("file", 2 * PGSIZE, text, 4);
	CHECK_EQ(strcmp(text, "two"), 0);
	strcpy(map + 3 * PGSIZE, "three"); /* no load before it */
	read_from_file("file", 3 * PGSIZE, text, 4);
	CHECK_EQ(memcmp(text, "thre", 4), 0);
	pages_check_zero(map + 4 * PGSIZE, 1);
	check_audit();
	xunlink("file");
}

/* Run a copy of cat, and wait until it runs. */
static void start_cat(const char *program, int in[2], int out[2])
{
	char byte;

	xpipe(in);
	xpipe(out);
	if (xfork() == 0) {
		close(0);
		CHECK_EQ(dup(in[0]), 0);
		close(1);
		CHECK_EQ(dup(out[1]), 1);
		close(in[1]);
		exec(program, (char *[]){ "cat", NULL });
		exit(errno);
	}
	xclose(in[0]);
	xwrite(in[1], "x", 1);
	xread(out[0], &byte, 1);
}

static void program_that_runs_is_not_stored_to(void)
{
	int in[2], out[2], fd;
	char *map;

	copy_file("/bin/cat", "program");
	map = share_file("program", 1, RW, 0);
	IN_CHILD() {
		exec("program", (char *[]){ "program", NULL });
		exit(errno);
	}
	xwait(ETXTBSY);
	xunmap(map, 1);

	start_cat("program", in, out);
	fd = xopen("program", O_RDWR);
	CHECK(mmap(NULL, PGSIZE, RW, MAP_SHARED, fd, 0) == MAP_FAILED);
	CHECK_EQ(errno, ETXTBSY);
	share_file("program", 1, PROT_READ, 0);
	xclose(in[1]);
	xwait(0);
	map = share_file("program", 1, RW, 0);
	map[0]++;
	xclose(fd);
	xunlink("program");
}

static void shared_file_outlives_its_name(void)
{
	char *map = share_new_file("file", PAGES, SEED);

	pages_fill(map, PAGES, SEED_OTHER);
	xunlink("file");
	make_paged_file("other", 4 * PAGES, SEED, 0);
	sync();
	pages_check(map, PAGES, SEED_OTHER);
	pages_fill(map, PAGES, SEED);
	IN_CHILD()
		pages_check(map, PAGES, SEED);
	xwait(0);
	xunlink("other");
}

static void shared_mapping_begins_at_its_offset(void)
{
	char *whole = share_new_file("file", PAGES, SEED);

	for (long i = PAGES - 1; i >= 0; i--) {
		char *map = share_file("file", PAGES - i, RW, i * (long)PGSIZE);

		map[0] = (char)i;
		CHECK_EQ(whole[i * (long)PGSIZE], i);
		whole[SIZE - 1] = (char)i;
		CHECK_EQ(map[(PAGES - i) * (long)PGSIZE - 1], i);
	}
	xunlink("file");
}

/* ---- memory ---- */

/* More than the block cache lends, in the smallest machine and others. */
static void file_larger_than_the_loans_is_shared(void)
{
	enum { COUNT = 600 };
	char *map = share_new_file("file", COUNT, SEED);

	pages_check(map, COUNT, SEED);
	pages_fill(map, COUNT, SEED_OTHER);
	check_audit();
	pages_check(map, COUNT, SEED_OTHER);
	check_paged_file("file", COUNT, SEED_OTHER);
	CHECK_EQ(msync(map, COUNT * PGSIZE, MS_SYNC), 0);
	xunmap(map, COUNT);
	xunlink("file");
}

static void shared_files_are_not_promised(void)
{
	long before = meminfo_get("Committed_AS:");
	char *map = share_new_file("file", PAGES, SEED);

	CHECK_EQ(meminfo_get("Committed_AS:"), before);
	xprotect(map, PAGES, PROT_READ);
	xprotect(map, PAGES, RW);
	CHECK_EQ(meminfo_get("Committed_AS:"), before);
	check_audit();
	xunlink("file");
}

static void touch_of_a_shared_file_without_memory(void)
{
	char *map = share_new_file("file", PAGES, SEED);

	store_with_failures(map, 4);
	check_audit();
	pages_fill(map, PAGES, SEED_OTHER);
	check_paged_file("file", PAGES, SEED_OTHER);
	xunlink("file");
}

const struct test lazy_change_tests[] = {
	TEST(store_needs_a_descriptor_for_writing),
	TEST(touch_beyond_a_shared_file_kills),
	TEST(bytes_after_the_end_are_lost),
	TEST(emptied_file_goes_from_all_who_share_it),
	TEST(holes_fill_for_all),
	TEST(program_that_runs_is_not_stored_to),
	TEST(shared_file_outlives_its_name),
	TEST(shared_mapping_begins_at_its_offset),
	TEST(file_larger_than_the_loans_is_shared),
	TEST(shared_files_are_not_promised),
	TEST(touch_of_a_shared_file_without_memory),
	TESTS_END,
};
