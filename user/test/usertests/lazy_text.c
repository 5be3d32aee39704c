/* user/test/usertests/lazy_text.c: a program's text and constants are the
 * blocks of its file, in the block cache, and never change under it. */

#include "elf.h"
#include "lazy_program.h"
#include "process.h"

#define TEXT_AT 0x200000
#define DATA_AT 0x400000
#define EDGE_AT 0x600000
#define TEXT_WORD 0x6363636363636363 /* "cccccccc" */
#define LAST_WORD 0x6565656565656565 /* "eeeeeeee" */
#define DATA_WORD 0x6464646464646464 /* "dddddddd" */
#define PAGES 8L
#define EDGE 100 /* bytes of a segment, followed by others in the file */
#define TEXT_OFFSET (2 * PGSIZE) /* in the file */
#define RUNS 12

/* Write a byte to 1, and wait for one from 0. */
#define SIGNAL_AND_WAIT                                                        \
	"li a0, 1\n"                                                           \
	"mv a1, sp\n"                                                          \
	"li a2, 1\n"                                                           \
	"li a7, %[write]\n"                                                    \
	"ecall\n"                                                              \
	"li a0, 0\n"                                                           \
	"li a7, %[read]\n"                                                     \
	"ecall\n"

/* Wait, and then read the text up to its last word. */
PROGRAM(reader,
	SIGNAL_AND_WAIT "li s0, %[text]\n"
			"li t1, %[word]\n"
			"li t2, %[last]\n"
			"4: ld t0, (s0)\n"
			"addi s0, s0, 8\n"
			"beq t0, t1, 4b\n"
			"bne t0, t2, 1f\n",
	[read] "i"(SYS_read), [write] "i"(SYS_write), [text] "i"(TEXT_AT),
	[word] "i"(TEXT_WORD), [last] "i"(LAST_WORD))

/* Write to one page of data between two waits. */
PROGRAM(changer,
	SIGNAL_AND_WAIT "li s0, %[data]\n"
			"sd zero, (s0)\n" SIGNAL_AND_WAIT,
	[read] "i"(SYS_read), [write] "i"(SYS_write), [data] "i"(DATA_AT))

/* Fork. The parent ends, and the child waits. */
PROGRAM(forker,
	"li a7, %[fork]\n"
	"ecall\n"
	"bnez a0, 9f\n" SIGNAL_AND_WAIT "9:\n",
	[read] "i"(SYS_read), [write] "i"(SYS_write), [fork] "i"(SYS_fork))

/* Check the data, and write to it. Then check that there are zeros after the
 * last segment. */
PROGRAM(writer,
	"li s0, %[data]\n"
	"li s1, %[end]\n"
	"li t1, %[word]\n"
	"4: ld t0, (s0)\n"
	"bne t0, t1, 1f\n"
	"sd zero, (s0)\n"
	"addi s0, s0, 8\n"
	"bltu s0, s1, 4b\n"
	"li s0, %[edge]\n"
	"li s1, %[edge_end]\n"
	"5: lbu t0, (s0)\n"
	"bnez t0, 1f\n"
	"addi s0, s0, 1\n"
	"bltu s0, s1, 5b\n",
	[data] "i"(DATA_AT), [end] "i"(DATA_AT + 2 * PGSIZE),
	[word] "i"(DATA_WORD), [edge] "i"(EDGE_AT + EDGE),
	[edge_end] "i"(EDGE_AT + PGSIZE))

/* The file ends with so many other bytes after those of EDGE. */
static size_t after_edge = PGSIZE;

/* Make the file "program" of this code, with that many pages of text, two of
 * data, and a few bytes of a last page. */
static void make(const char *code, const char *end, long text_pages)
{
	static char data[2 * PGSIZE];
	char *text = xpages(text_pages);
	size_t size = (size_t)text_pages * PGSIZE;
	const struct segment segments[] = {
		{ .va = CODE_AT,
		  .rights = 5,
		  .bytes = code,
		  .size = (size_t)(end - code),
		  .room = (size_t)(end - code) },
		{ .va = TEXT_AT,
		  .rights = 4,
		  .bytes = text,
		  .size = size,
		  .room = size },
		{ .va = DATA_AT,
		  .rights = 6,
		  .bytes = data,
		  .size = sizeof(data),
		  .room = sizeof(data) },
		{ .va = EDGE_AT,
		  .rights = 4,
		  .bytes = data,
		  .size = EDGE,
		  .room = EDGE },
		{ .va = 2 * EDGE_AT + EDGE,
		  .rights = 6,
		  .bytes = data,
		  .size = after_edge,
		  .room = after_edge },
	};

	memset(text, 'c', size);
	memset(text + size - sizeof(uint64), 'e', sizeof(uint64));
	memset(data, 'd', sizeof(data));
	make_mappable_program("program", segments, ARRAY_LEN(segments));
	xsbrk(-(long)size);
}

#define MAKE(name, text_pages) make(name##_start, name##_end, text_pages)

static int to[2], from[2];
static int runs[RUNS]; /* pids */

/* Start programs, and wait until all run. */
static void start_programs(int count)
{
	xpipe(to);
	xpipe(from);
	for (int i = 0; i < count; i++)
		runs[i] = start_program(to[0], from[1], NULL);
	for (int i = 0; i < count; i++)
		signal_take(from);
}

/* Let each continue to its end, with that status. */
static void end_programs(int count, int status)
{
	for (int i = 0; i < count; i++)
		signal_give(to);
	for (int i = 0; i < count; i++)
		xwait(status);
	xclose(to[0]);
	xclose(to[1]);
	xclose(from[0]);
	xclose(from[1]);
}

static long frames_of_readers(long text_pages)
{
	long before = measure().used;

	MAKE(reader, text_pages);
	start_programs(RUNS);

	long taken = measure().used - before;

	end_programs(RUNS, 0);
	xunlink("program");
	return taken;
}

/* The entry of /proc/PID/pagemap. */
static uint64 page_of(int pid, uint64 va)
{
	char path[32];
	uint64 entry;

	snprintf(path, sizeof(path), "/proc/%d/pagemap", pid);

	int fd = xopen(path, O_RDONLY);

	lseek(fd, (long)(va / PGSIZE * sizeof(entry)), SEEK_SET);
	xread(fd, &entry, sizeof(entry));
	xclose(fd);
	return entry;
}

static void check_pages(int pid, uint64 bits)
{
	const uint64 all = PAGEMAP_PRESENT | PAGEMAP_EXCLUSIVE;

	for (long i = 0; i < PAGES; i++)
		CHECK_EQ(page_of(pid, TEXT_AT + (uint64)i * PGSIZE) & all,
			 bits);
}

/* It is in the block cache already. Small objects of the kernel may take a
 * frame or two. */
static void text_is_in_memory_once(void)
{
	long few = frames_of_readers(1);

	CHECK(frames_of_readers(PAGES) - few < PAGES / 2);
}

static void processes_map_the_same_frames(void)
{
	MAKE(reader, PAGES);
	start_programs(2);
	for (uint64 va = TEXT_AT; va < TEXT_AT + PAGES * PGSIZE; va += PGSIZE)
		CHECK_EQ(page_of(runs[0], va), page_of(runs[1], va));
	CHECK_EQ(page_of(runs[0], DATA_AT), page_of(runs[1], DATA_AT));
	check_pages(runs[0], PAGEMAP_PRESENT);
	end_programs(2, 0);
	xunlink("program");
}

/* The block cache has the frames, too, but no other program has them. */
static void text_of_one_process_is_exclusive(void)
{
	struct mapping *all;

	MAKE(reader, PAGES);
	start_programs(1);
	check_pages(runs[0], PAGEMAP_PRESENT | PAGEMAP_EXCLUSIVE);

	long count = mappings_read(runs[0], &all), found = 0;

	for (long i = 0; i < count; i++) {
		if (all[i].start != TEXT_AT)
			continue;
		found++;
		CHECK_EQ(all[i].private, PAGES * PGSIZE / 1024);
		CHECK_EQ(pss_kib(all[i].pss), all[i].private);
	}
	CHECK_EQ(found, 1);
	free(all);
	end_programs(1, 0);
	xunlink("program");
}

static void store_to_data_copies_one_page(void)
{
	MAKE(changer, 1);
	start_programs(1);

	struct vmstat before = measure();

	signal_give(to);
	signal_take(from);

	struct vmstat after = measure();

	CHECK_EQ(after.used - before.used, 1);
	CHECK_EQ(after.cow_copy - before.cow_copy, 1);
	end_programs(1, 0);
	xunlink("program");
}

static void data_is_private(void)
{
	MAKE(writer, 1);
	for (int i = 0; i < 3; i++) {
		start_program(0, 1, NULL);
		xwait(0);
	}
	xunlink("program");
}

/* Only a few bytes of the block do not belong to the program. */
static void bytes_after_a_segment_are_zero(void)
{
	for (after_edge = 1; after_edge < 12; after_edge++) {
		MAKE(writer, 1);
		start_program(0, 1, NULL);
		xwait(0);
		xunlink("program");
	}
}

/* The program has more pages than the cache lends, and then all other buffers
 * are reused. */
static void text_outlives_the_buffers_of_others(void)
{
	enum { LENT = 500, OTHERS = 60 };
	static char bytes[20 * PGSIZE];

	MAKE(reader, LENT);
	start_programs(1);
	memset(bytes, 'y', sizeof(bytes));

	int fd = xopen("other", O_WRONLY | O_CREATE);

	for (int i = 0; i < OTHERS; i++)
		xwrite(fd, bytes, sizeof(bytes));
	xclose(fd);
	end_programs(1, 0);
	xunlink("other");
	xunlink("program");
}

/* Overwrite the first word of the text. Returns 0 or -1. */
static int overwrite(void)
{
	int fd = xopen("program", O_RDWR);

	lseek(fd, TEXT_OFFSET, SEEK_SET);

	long n = write(fd, "xxxxxxxx", 8);

	xclose(fd);
	return n == 8 ? 0 : -1;
}

/* Two processes run it, and one of them ends first. */
static void program_that_runs_cannot_be_changed(void)
{
	const int truncate = O_WRONLY | O_CREATE | O_TRUNC;

	MAKE(reader, PAGES);
	start_programs(2);

	int open_all_the_time = xopen("program", O_RDONLY);

	for (int running = 2; running > 0; running--) {
		CHECK_FAILS(overwrite(), ETXTBSY);
		CHECK_FAILS(open("program", truncate), ETXTBSY);
		signal_give(to);
		xwait(0);
	}
	CHECK_EQ(overwrite(), 0);
	xclose(open_all_the_time);
	end_programs(0, 0);

	start_programs(1); /* it gets the new bytes */
	end_programs(1, 1);
	xclose(xopen("program", truncate));
	xunlink("program");
}

/* The process that has executed the program ends, and its child goes on. */
static void child_keeps_its_program(void)
{
	MAKE(forker, 1);
	start_programs(1);
	xwait(0);
	CHECK_FAILS(overwrite(), ETXTBSY);
	xunlink("program");
	signal_give(to);
	end_programs(0, 0);
}

static void failed_exec_leaves_the_file_alone(void)
{
	char *argv[] = { "program", NULL };
	int fd;

	MAKE(reader, 1);
	fd = xopen("program", O_WRONLY);
	lseek(fd, __builtin_offsetof(struct elf_file, entry), SEEK_SET);
	xwrite(fd, "nowhere", 8);
	CHECK_FAILS(exec("./program", argv), ENOEXEC);
	CHECK_EQ(overwrite(), 0);
	xclose(fd);
	xunlink("program");
}

/* New files get the blocks that are free. */
static void program_outlives_its_file(void)
{
	static char bytes[20 * PGSIZE];

	MAKE(reader, PAGES);
	start_programs(2);
	xunlink("program");
	memset(bytes, 'y', sizeof(bytes));
	make_file("other", bytes, sizeof(bytes));
	make_file("third", bytes, sizeof(bytes));
	sync();
	end_programs(2, 0);
	xunlink("other");
	xunlink("third");
}

const struct test lazy_text_tests[] = {
	TEST(text_is_in_memory_once),
	TEST(processes_map_the_same_frames),
	TEST(text_of_one_process_is_exclusive),
	TEST(data_is_private),
	TEST(bytes_after_a_segment_are_zero),
	TEST(text_outlives_the_buffers_of_others),
	TEST(store_to_data_copies_one_page),
	TEST(program_that_runs_cannot_be_changed),
	TEST(child_keeps_its_program),
	TEST(failed_exec_leaves_the_file_alone),
	TEST(program_outlives_its_file),
	TESTS_END,
};
