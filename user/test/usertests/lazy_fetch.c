/* user/test/usertests/lazy_fetch.c: pages of mapped files that calls need, or
 * that there is no memory for. */

#include "mapping.h"

#define PAGES 6L
#define SIZE ((size_t)PAGES * PGSIZE)
#define TAIL 100 /* bytes in the last page of some files */

enum { SEED = 0x7777, SEED_OTHER = 0x1111 };

/* ---- calls ---- */

/* A call finds the bytes of pages that nobody has touched, and stores there. */
static void calls_use_untouched_pages_of_files(void)
{
	enum { COUNT = 9 };
	char *map, *edge;
	struct stat st;
	int fds[2], fd;

	make_paged_file("file", COUNT, SEED, 0);
	write_to_file("file", 2 * PGSIZE - 3, "./file", 7);
	write_to_file("file", 3 * PGSIZE - 5, "pipe bytes", 10);
	map = map_file("file", COUNT, PROT_READ | PROT_WRITE, 0);

	fd = xopen(map + 2 * PGSIZE - 3, O_RDONLY);
	xpipe(fds);
	edge = map + 3 * PGSIZE - 5;
	xwrite(fds[1], edge, 10);
	xread(fds[0], map + 5 * PGSIZE - 5, 10);
	CHECK_EQ(memcmp(map + 5 * PGSIZE - 5, "pipe bytes", 10), 0);

	CHECK_EQ(fstat(fd, (struct stat *)(map + 6 * PGSIZE - 8)), 0);
	memcpy(&st, map + 6 * PGSIZE - 8, sizeof(st));
	CHECK_EQ(st.size, COUNT * PGSIZE);

	IN_CHILD()
		exit(7);
	CHECK(wait((int *)(map + 7 * PGSIZE - 2)) > 0);
	memcpy(&fds[0], map + 7 * PGSIZE - 2, sizeof(int));
	CHECK_EQ(fds[0], 7);
	CHECK_EQ(pipe((int *)(map + 8 * PGSIZE - 4)), 0);
	xunlink("file");
}

/* The vector and the strings are in a file. */
static void exec_takes_arguments_from_a_file(void)
{
	char page[2 * PGSIZE] = "/bin/true";
	char **argv = (char **)(page + PGSIZE - sizeof(char *));
	char *at = (char *)0x40000000;

	argv[0] = at;
	argv[1] = at + 5;
	make_file("file", page, sizeof(page));

	int fd = xopen("file", O_RDONLY);

	IN_CHILD() {
		CHECK(mmap(at, sizeof(page), PROT_READ, MAP_PRIVATE | MAP_FIXED,
			   fd, 0) == at);
		exec(at, (char **)(at + PGSIZE - sizeof(char *)));
		fail("exec: %s", strerror(errno));
	}
	xwait(0);
	xclose(fd);
}

/* Each page of the buffer is a page of the file that is locked. */
static void file_is_read_into_its_own_mapping(void)
{
	char *map = map_new_file("file", PAGES, SEED);
	int fd = xopen("file", O_RDWR);

	CHECK_EQ(read(fd, map, SIZE), SIZE);
	pages_check(map, PAGES, SEED);
	CHECK_EQ(lseek(fd, PGSIZE, SEEK_SET), PGSIZE);
	CHECK_EQ(read(fd, map, SIZE), SIZE - PGSIZE);
	CHECK_EQ(madvise(map, SIZE, MADV_DONTNEED), 0);
	CHECK_EQ(lseek(fd, 100, SEEK_SET), 100);
	CHECK_EQ(write(fd, map, SIZE), SIZE);
	CHECK_EQ(madvise(map, SIZE, MADV_DONTNEED), 0);

	char *moved = map_file("file", PAGES, PROT_READ, 0);

	for (long i = 0; i < PAGES - 1; i++)
		CHECK_EQ(*(int *)(moved + i * (long)PGSIZE + 100),
			 (int)(i * 0x01000193 ^ SEED));
	xclose(fd);
	xunlink("file");
}

/* The same from several processes, with short and long reads. */
static void processes_read_into_mappings_at_once(void)
{
	enum { PROCS = 4, TURNS = 20 };

	make_paged_file("file", PAGES, SEED, 0);
	for (int i = 0; i < PROCS; i++)
		IN_CHILD() {
			int fd = xopen("file", O_RDWR);

			for (int n = 0; n < TURNS; n++) {
				char *map = map_file("file", PAGES,
						     PROT_READ | PROT_WRITE, 0);

				lseek(fd, 0, SEEK_SET);
				xread(fd, map + n % 3 * (long)PGSIZE,
				      3 * PGSIZE);
				pages_check(map + n % 3 * (long)PGSIZE, 3,
					    SEED);
				lseek(fd, 0, SEEK_SET);
				xwrite(fd, map + n % 3 * (long)PGSIZE, 9);
				xunmap(map, PAGES);
			}
		}
	for (int i = 0; i < PROCS; i++)
		xwait(0);
	check_paged_file("file", PAGES, SEED);
	xunlink("file");
}

/* The bytes before the first page that the file does not have are moved. */
static void transfers_stop_where_the_file_ends(void)
{
	int fd = xopen("copy", O_RDWR | O_CREATE), fds[2];

	make_paged_file("file", 2, SEED, 0);

	char *map = map_file("file", 4, PROT_READ | PROT_WRITE, 0);

	CHECK_EQ(write(fd, map + PGSIZE, 3 * PGSIZE), PGSIZE);
	CHECK_FAILS(write(fd, map + 2 * PGSIZE, 10), EFAULT);
	lseek(fd, 0, SEEK_SET);
	CHECK_EQ(read(fd, map + 2 * PGSIZE - 7, PGSIZE), 7);
	CHECK_FAILS(read(fd, map + 2 * PGSIZE, 10), EFAULT);
	xpipe(fds);
	xwrite(fds[1], "0123456789", 10);
	CHECK_EQ(read(fds[0], map + 2 * PGSIZE - 4, 10), 4);
	CHECK_FAILS(read(fds[0], map + 2 * PGSIZE, 10), EFAULT);
	xclose(fd);
	xunlink("file");
	xunlink("copy");
}

/* A transfer that ended where the file does has not left anything behind that
 * changes what a later call says. */
static void refused_fork_says_why(void)
{
	char bytes[20] = "";

	make_paged_file("file", 1, SEED, 0);
	make_file("bytes", bytes, sizeof(bytes));

	char *map = map_file("file", 2, PROT_READ | PROT_WRITE, 0);
	int fd = xopen("bytes", O_RDONLY);

	CHECK_EQ(read(fd, map + PGSIZE - 10, sizeof(bytes)), 10);
	xunmap(map, 2);
	fill_the_machine(2000);
}

/* ---- memory ---- */

/* More pages than there are buffers that can be lent, at any size of RAM. */
static void file_larger_than_the_cache_lends(void)
{
	enum { LARGE = 1100 };
	char *map = map_new_file("file", LARGE, SEED);

	pages_check(map, LARGE, SEED);
	make_paged_file("other", 60, SEED_OTHER, 0);
	check_paged_file("file", LARGE, SEED);
	pages_check(map, LARGE, SEED);
	check_paged_file("other", 60, SEED_OTHER);
	xunlink("file");
	xunlink("other");
	check_audit();
}

/* A page that the cache cannot lend is a copy. */
static void rest_of_a_copied_page_is_zero(void)
{
	enum { LARGE = 1100, DIRTY = 200 };
	char *map;

	make_paged_file("file", LARGE, SEED, TAIL);
	map = map_file("file", LARGE + 1, PROT_READ, 0);
	pages_check(map, LARGE, SEED);

	char *dirty = xpages(DIRTY);

	memset(dirty, 0xff, DIRTY * PGSIZE);
	xsbrk(-DIRTY * (long)PGSIZE);
	for (size_t i = 0; i < PGSIZE; i++)
		CHECK_EQ(map[LARGE * PGSIZE + i], i < TAIL ? 'x' : 0);
	xunlink("file");
}

static void touch_of_a_mapped_file_without_memory(void)
{
	char *map;
	int fd = xopen(VMSTAT_PATH, O_WRONLY), status = -1;

	make_paged_file("file", PAGES, SEED, TAIL);
	map = map_file("file", PAGES + 1, PROT_READ | PROT_WRITE, 0);
	for (int n = 1; n < 8 && status != 0; n++) {
		char command[] = "fail 1";

		command[5] = (char)('0' + n);
		IN_CHILD() {
			own_stack();
			xwrite(fd, command, 6);
			map[PAGES * (long)PGSIZE] = 1;
			xwrite(fd, "fail 0", 6);
		}
		wait(&status);
		CHECK(status == 0 || status == STATUS_KILLED);
		check_audit();
	}
	CHECK_EQ(status, 0);
	pages_check(map, PAGES, SEED);
	/* If a frame is still lent, this loses it. */
	write_to_file("file", PAGES * (long)PGSIZE, "y", 1);
	xunlink("file");
}

/* A step for sweep_failures(). */
static long map_with_failure(int fd, int n)
{
	char command[] = "fail 1";
	int file = xopen("file", O_RDONLY);

	command[5] = (char)('0' + n);
	own_stack();
	xwrite(fd, command, 6);

	char *map = mmap(NULL, SIZE, PROT_READ, MAP_PRIVATE, file, 0);

	xwrite(fd, "fail 0", 6);
	xclose(file);
	if (map == MAP_FAILED)
		return -1;
	pages_check(map, PAGES, SEED);
	xunmap(map, PAGES);
	return 0;
}

static void mmap_of_a_file_without_memory(void)
{
	make_paged_file("file", PAGES, SEED, 0);
	sync(); /* the block cache may grow for pages that wait for a commit */
	sweep_failures("mmap of a file", map_with_failure);
	xunlink("file");
}

/* Each of the calls has found the file already. What one of them keeps would be
 * too little to be seen in frames. */
static void refused_mappings_keep_no_file(void)
{
	enum { TIMES = 200 };
	const int rw = PROT_READ | PROT_WRITE;
	struct vmstat before;

	make_paged_file("file", 1, SEED, 0);

	int fd = xopen("file", O_RDONLY);

	for (int i = -10; i < TIMES; i++) {
		if (i == 0)
			before = measure();
		CHECK(mmap(NULL, 1UL << 37, rw, MAP_PRIVATE, fd, 0) ==
		      MAP_FAILED);
		CHECK_EQ(errno, ENOMEM);
	}
	CHECK(measure().used - before.used < 2);
	xclose(fd);
	xunlink("file");
}

#define LOAD_A0(n) (0x513 | (uint32)(n) << 20) /* li a0, n */
#define RETURN 0x8067

/* Other code in the same block is in the same frame, which a hart may have
 * fetched the former instructions from. */
static void code_in_a_file_runs(void)
{
	char *map;

	make_file("file", "", 0);
	for (long n = 40; n < 44; n++) {
		const uint32 code[] = { LOAD_A0(n), RETURN };

		write_to_file("file", 0, code, sizeof(code));
		map = map_file("file", 1, PROT_READ | PROT_EXEC, 0);
		CHECK_EQ(((long (*)(void))(uint64)map)(), n);
		xunmap(map, 1);
	}
	map = map_file("file", 1, PROT_READ, 0);
	IN_CHILD()
		((void (*)(void))(uint64)map)();
	xwait(STATUS_KILLED);
	xunlink("file");
}

const struct test lazy_fetch_tests[] = {
	TEST(calls_use_untouched_pages_of_files),
	TEST(exec_takes_arguments_from_a_file),
	TEST(file_is_read_into_its_own_mapping),
	TEST(processes_read_into_mappings_at_once),
	TEST(transfers_stop_where_the_file_ends),
	TEST(refused_fork_says_why),
	TEST(file_larger_than_the_cache_lends),
	TEST(rest_of_a_copied_page_is_zero),
	TEST(touch_of_a_mapped_file_without_memory),
	TEST(mmap_of_a_file_without_memory),
	TEST(refused_mappings_keep_no_file),
	TEST(code_in_a_file_runs),
	TESTS_END,
};
