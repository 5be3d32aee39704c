/* user/test/usertests/lazy_regions.c: what a program is promised, as its end
 * moves and its segments vary. */

#include "far.h"
#include "process.h"

#define BORDER (1UL << 30)
#define MORE_VA (1UL << 20)
#define SEGMENT_BYTES (PGSIZE + PGSIZE / 2)
#define MANY 48 /* segments */

/* ---- many ranges ---- */

static const uint32 rights[] = { 5, 6, 4 }; /* of the segments, in turn */

/* Segments that follow each other. Every second one begins inside a page. */
static const struct segment *make_segments(void)
{
	static struct segment segments[MANY];

	for (size_t i = 0; i < MANY; i++)
		segments[i] = (struct segment){
			.va = MORE_VA + i * SEGMENT_BYTES,
			.rights = rights[i % ARRAY_LEN(rights)],
			.bytes = "bytes",
			.size = 5,
			.room = SEGMENT_BYTES,
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

/* Programs of few segments and of many fork, and each process extends and
 * shrinks its heap. Pages of two segments have the rights of both. */
static void programs_of_many_ranges_fork_and_grow(void)
{
	struct far far = { .border = BORDER,
			   .more = make_segments(),
			   .look = check_ranges };

	for (uint16 count = 0; count <= 10; count++) {
		far.count = count < 10 ? count : MANY;

		int status = far_run(&far);

		if (status != 0)
			fail("%d segments: status %d", far.count, status);
	}
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
				 .more = make_segments(),
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

static unsigned char number[PAGES]; /* in each page's last byte in use */

/* A number below `limit`, always from the same sequence. */
static long next_number(long limit)
{
	static uint state = 1;

	state = state * 1103515245 + 12345;
	return (long)(state >> 8) % limit;
}

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

/* The end moves to anywhere, and some of the pages are touched in between. What
 * has been given back is zero when it comes again, unless another byte of its
 * page was in use all the time. */
static void heap_ends_anywhere(void)
{
	volatile char *heap = xpages(0);
	long bytes = 0;

	for (int step = 0; step < STEPS; step++) {
		long next = next_number(PAGES * (long)PGSIZE + 1);

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

const struct test lazy_region_tests[] = {
	TEST(programs_of_many_ranges_fork_and_grow),
	TEST(programs_of_many_ranges_without_memory),
	TEST(heap_ends_anywhere),
	TESTS_END,
};
