/* user/test/usertests/lazy_regions.c: what a program is promised, as its end
 * moves and its segments vary. */

#include "far.h"
#include "process.h"

#define BORDER (1UL << 30)
#define MORE_VA (1UL << 20)
#define MANY 48 /* segments */

/* ---- many ranges ---- */

static const uint32 rights[] = { 5, 6, 4 }; /* of the segments, in turn */

/* Segments of that size, which follow each other. */
static const struct segment *make_segments(size_t bytes)
{
	static struct segment segments[MANY];

	for (size_t i = 0; i < MANY; i++)
		segments[i] = (struct segment){
			.va = MORE_VA + i * bytes,
			.rights = rights[i % ARRAY_LEN(rights)],
			.bytes = "bytes",
			.size = 5,
			.room = bytes,
		};
	return segments;
}

/* The rights of all segments that have a part of the page. */
static uint32 rights_of_page(const struct far *far, uint64 page)
{
	uint32 found = 0;

	for (const struct segment *s = far->more; s < far->more + far->count;
	     s++)
		if (s->va < page + PGSIZE && s->va + s->room > page)
			found |= s->rights;
	return found;
}

static const struct mapping *find_mapping(const struct mapping *all, long count,
					  uint64 va)
{
	for (const struct mapping *m = all; m < all + count; m++)
		if (m->start <= va && va < m->end)
			return m;
	return NULL;
}

static void check_ranges(const struct far *far, int pid)
{
	struct mapping *all;
	long count = mappings_read(pid, &all);

	CHECK(count > 0);
	check_audit();
	for (uint64 page = MORE_VA;; page += PGSIZE) {
		uint32 expected = rights_of_page(far, page);
		const struct mapping *m = find_mapping(all, count, page);

		if (expected == 0) {
			CHECK(m == NULL);
			break;
		}
		CHECK(m != NULL);
		CHECK_EQ(m->rights[0] == 'r', 1);
		CHECK_EQ(m->rights[1] == 'w', (expected & 2) != 0);
		CHECK_EQ(m->rights[2] == 'x', (expected & 1) != 0);
	}
	free(all);
}

static void run_with(size_t bytes, uint16 count)
{
	int status = far_run(&(struct far){ .border = BORDER,
					    .more = make_segments(bytes),
					    .count = count,
					    .look = check_ranges });

	if (status != 0)
		fail("%d segments of %ld: status %d", count, bytes, status);
}

/* Programs of few segments and of many fork, and each process extends and
 * shrinks its heap. Pages of two segments have the rights of both. */
static void programs_of_many_ranges_fork_and_grow(void)
{
	static const size_t sizes[] = { PGSIZE * 3 / 2, PGSIZE / 2,
					PGSIZE / 4 };

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
		for (uint16 count = 0; count < 10; count++)
			run_with(sizes[i], count);
	run_with(sizes[0], MANY);
}

static int nth; /* allocation that fails once the program goes on */

static void let_fail(const struct far *far, int pid)
{
	char command[16];

	(void)far;
	(void)pid;
	snprintf(command, sizeof(command), "fail %d", nth);
	vmstat_command(command);
	nth = 0;
}

/* The same, while each allocation in turn fails. The program is killed, or says
 * that it could not fork, but must not find other numbers than it stored. */
static void programs_of_many_ranges_without_memory(void)
{
	const struct far far = { .border = BORDER,
				 .more = make_segments(PGSIZE * 3 / 2),
				 .count = MANY,
				 .look = let_fail };
	int status = -1;

	for (int n = 1; status != 0; n++) {
		nth = n;
		status = far_run(&far);
		vmstat_command("fail 0");
		if (status == 3 || status == 4 || n == 200)
			fail("allocation %d fails: status %d", n, status);
	}
	check_audit();
}

/* ---- an end that moves ---- */

#define PAGES 12 /* that the heap has at most */
#define STEPS 300

static uchar number[PAGES]; /* in the first byte of each page */

/* The last byte of page i of a heap of `bytes` bytes. */
static long last_byte(long i, long bytes)
{
	long end = (i + 1) * (long)PGSIZE;

	return (end < bytes ? end : bytes) - 1;
}

static void check_pages_up_to(volatile char *heap, long bytes, bool store)
{
	for (long i = 0; i * (long)PGSIZE < bytes; i++) {
		CHECK_EQ((uchar)heap[i * (long)PGSIZE], number[i]);
		if (last_byte(i, bytes) != i * (long)PGSIZE)
			CHECK_EQ(heap[last_byte(i, bytes)], 0);
		if (store)
			heap[i * (long)PGSIZE] = (char)++number[i];
	}
}

static void check_page_kills(const volatile char *page)
{
	IN_CHILD()
		exit(*page);
	xwait(STATUS_KILLED);
}

/* The end moves up and down to any byte, and some of the pages are touched in
 * between. A page that was given back is zero when it comes again. */
static void heap_ends_anywhere(void)
{
	volatile char *heap = xpages(0);
	long bytes = 0;

	for (int step = 0; step < STEPS; step++) {
		long next = step * 20011L % (PAGES * (long)PGSIZE + 1);

		if (step % 3 == 0) /* on a border of pages */
			next -= next % (long)PGSIZE;
		CHECK(xsbrk(next - bytes) == heap + bytes);
		for (long i = (next + (long)PGSIZE - 1) / (long)PGSIZE;
		     i < PAGES; i++)
			number[i] = 0;
		bytes = next;
		if (step % 2 == 0)
			check_pages_up_to(heap, bytes, step % 4 == 0);
		if (step % 32 == 0)
			check_page_kills(heap + (bytes + (long)PGSIZE - 1) /
							(long)PGSIZE *
							(long)PGSIZE);
	}
	check_audit();
}

/* The end moves inside one page, and to its end. */
static void moves_inside_a_page_promise_nothing(void)
{
	static const long moves[] = { 1, 100, 3000, -50, -2000, 0, 10 };
	volatile char *page = xpages(0);

	for (size_t i = 0; i < ARRAY_LEN(moves); i++) {
		xsbrk(moves[i]);
		check_page_kills(page + PGSIZE);
	}
	xpages(0);
	CHECK_EQ(page[PGSIZE - 1], 0);
	check_page_kills(page + PGSIZE);
	check_audit();
}

/* The kernel may do a large change in parts. */
static void shrink_of_any_size_ends_the_promise(void)
{
	static const long sizes[] = {
		PGSIZE,
		2 << 20,
		(16 << 20) - PGSIZE,
		16 << 20,
		(16 << 20) + PGSIZE,
		32 << 20,
	};
	volatile char *heap = xpages(1);

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		if (sbrk(sizes[i]) == SBRK_FAILED)
			continue; /* too little memory */
		CHECK_EQ(heap[sizes[i]], 0);
		xsbrk(-sizes[i]);
		check_page_kills(heap + PGSIZE);
		check_page_kills(heap + sizes[i]);
	}
	check_audit();
}

/* Several growths together are promised no more than all memory, and one that
 * is refused promises nothing. */
static void promises_end_with_memory(void)
{
	long step = xvmstat("total") / 4 * (long)PGSIZE;
	int steps = 0, fd = xopen(VMSTAT_PATH, O_RDONLY);
	char *start = xpages(0);

	while (sbrk(step) != SBRK_FAILED)
		CHECK(++steps <= 4);
	CHECK_EQ(errno, ENOMEM);
	CHECK(steps >= 3);

	char *end = start + steps * step;

	CHECK_FAILS(fstat(fd, (struct stat *)end), EFAULT);
	CHECK(xpages(1) == end);
	CHECK_EQ(*end, 0);
	xsbrk(-(long)PGSIZE - steps * step);
}

/* Of several page tables only some exist when the heap shrinks. */
static void pages_far_apart_go_with_the_heap(void)
{
	enum { TABLES = 5, TABLE = 512 };
	static const long touched[] = { 2 * TABLE + 7, 4 * TABLE + 510 };
	struct vmstat before = measure();
	volatile char *pages = xpages(TABLES * TABLE);

	for (int round = 0; round < 2; round++) {
		for (size_t i = 0; i < ARRAY_LEN(touched); i++) {
			volatile char *byte = pages + touched[i] * (long)PGSIZE;

			CHECK_EQ(*byte, 0);
			*byte = 1;
		}
		IN_CHILD() {
			for (size_t i = 0; i < ARRAY_LEN(touched); i++)
				CHECK_EQ(pages[touched[i] * (long)PGSIZE], 1);
		}
		xwait(0);
		xsbrk(-TABLES * TABLE * (long)PGSIZE);
		CHECK_EQ(measure().used - before.used, 0);
		CHECK(xsbrk(TABLES * TABLE * (long)PGSIZE) == pages);
	}
}

/* ---- as /proc shows it ---- */

enum { HEAP = 40, WRITTEN = 5, GIVEN_BACK = 10 }; /* pages */

/* The number of pages that are present. */
static long pages_of(int pid)
{
	static uint64 entries[64];
	char path[PATH_LEN];
	long n, pages = 0;

	snprintf(path, sizeof(path), "/proc/%d/pagemap", pid);

	int fd = xopen(path, O_RDONLY);

	while ((n = read(fd, entries, sizeof(entries))) > 0)
		for (long i = 0; i < n / (long)sizeof(entries[0]); i++)
			pages += (entries[i] & PAGEMAP_PRESENT) != 0;
	CHECK_EQ(n, 0);
	xclose(fd);
	return pages;
}

/* The heap of a process. The files in /proc must agree on the rest. */
static struct mapping heap_of(int pid)
{
	struct mapping heap = { 0 };
	struct mapping *all;
	struct process process;
	long count = mappings_read(pid, &all);
	long size = 0, rss = 0;

	for (const struct mapping *m = all; m < all + count; m++) {
		if (strcmp(m->kind, "heap") == 0)
			heap = *m;
		size += (long)(m->end - m->start) / 1024;
		rss += m->rss;
	}
	free(all);
	CHECK_EQ(process_read(pid, &process), 0);
	CHECK_EQ(process.size, size);
	CHECK_EQ(process.rss, rss);
	CHECK_EQ(pages_of(pid) * (long)PGSIZE / 1024, rss);
	return heap;
}

static void show(const int done[2], const int go[2])
{
	signal_give(done);
	signal_take(go);
}

/* Let the heap grow, read some of its pages, write to a few, and give others
 * back, and wait to be looked at before that and after each step. */
static void use_heap(const int done[2], const int go[2])
{
	show(done, go);

	volatile char *pages = xpages(HEAP);

	show(done, go);
	for (long i = 0; i < HEAP; i += 4)
		CHECK_EQ(pages[i * (long)PGSIZE], 0);
	show(done, go);
	for (long i = 0; i < WRITTEN; i++)
		pages[i * (long)PGSIZE] = 1;
	show(done, go);
	xsbrk(-GIVEN_BACK * (long)PGSIZE);
	show(done, go);
}

/* Pages that nobody has touched belong to the heap and are not present, and
 * pages of zeros are nobody's memory. */
static void proc_tells_promised_from_present(void)
{
	static const long size[] = { 0, HEAP, HEAP, HEAP, HEAP - GIVEN_BACK };
	static const long present[] = { 0, 0, 0, WRITTEN, WRITTEN };
	struct mapping before = { 0 };
	int done[2];
	int go[2];

	xpipe(done);
	xpipe(go);

	int pid = xfork();

	if (pid == 0) {
		use_heap(done, go);
		exit(0);
	}
	for (size_t step = 0; step < ARRAY_LEN(size); step++) {
		signal_take(done);

		struct mapping heap = heap_of(pid);

		if (step == 0)
			before = heap;
		CHECK_EQ((heap.end - heap.start) / PGSIZE,
			 (before.end - before.start) / PGSIZE +
				 (uint64)size[step]);
		CHECK_EQ(heap.rss, before.rss + present[step] * 4);
		signal_give(go);
	}
	xwait(0);
}

const struct test lazy_region_tests[] = {
	TEST(programs_of_many_ranges_fork_and_grow),
	TEST(programs_of_many_ranges_without_memory),
	TEST(heap_ends_anywhere),
	TEST(moves_inside_a_page_promise_nothing),
	TEST(shrink_of_any_size_ends_the_promise),
	TEST(promises_end_with_memory),
	TEST(pages_far_apart_go_with_the_heap),
	TEST(proc_tells_promised_from_present),
	TESTS_END,
};
