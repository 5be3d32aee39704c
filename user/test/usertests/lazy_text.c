/* user/test/usertests/lazy_text.c: a program's text and constants are the
 * blocks of its file, in the block cache, and yet never change under it. */

#include "lazy_program.h"

#define TEXT_AT 0x200000
#define DATA_AT 0x400000
#define EDGE_AT 0x600000
#define TEXT_WORD 0x6363636363636363 /* "cccccccc" */
#define LAST_WORD 0x6565656565656565 /* "eeeeeeee" */
#define DATA_WORD 0x6464646464646464 /* "dddddddd" */
#define PAGES 8L
#define EDGE 104 /* bytes of the last segment, followed by others in the file */
#define TEXT_OFFSET (2 * PGSIZE) /* in the file */
#define RUNS 12

/* Write a byte to 1, wait for one from 0, and read the text up to its last
 * word. */
PROGRAM(reader,
	"li a0, 1\n"
	"mv a1, sp\n"
	"li a2, 1\n"
	"li a7, %[write]\n"
	"ecall\n"
	"li a0, 0\n"
	"li a7, %[read]\n"
	"ecall\n"
	"li s0, %[text]\n"
	"li t1, %[word]\n"
	"li t2, %[last]\n"
	"4: ld t0, (s0)\n"
	"addi s0, s0, 8\n"
	"beq t0, t1, 4b\n"
	"bne t0, t2, 1f\n",
	[read] "i"(SYS_read), [write] "i"(SYS_write), [text] "i"(TEXT_AT),
	[word] "i"(TEXT_WORD), [last] "i"(LAST_WORD))

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
	"5: ld t0, (s0)\n"
	"bnez t0, 1f\n"
	"addi s0, s0, 8\n"
	"bltu s0, s1, 5b\n",
	[data] "i"(DATA_AT), [end] "i"(DATA_AT + 2 * PGSIZE),
	[word] "i"(DATA_WORD), [edge] "i"(EDGE_AT + EDGE),
	[edge_end] "i"(EDGE_AT + PGSIZE))

/* Make the file "program" of this code, with that many pages of text, two of
 * data, and a few bytes of a last page. */
static void make(const char *code, const char *end, long text_pages)
{
	static char text[PAGES * PGSIZE], data[2 * PGSIZE];
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
		  .size = PGSIZE,
		  .room = PGSIZE },
	};

	memset(text, 'c', size);
	memset(text + size - sizeof(uint64), 'e', sizeof(uint64));
	memset(data, 'd', sizeof(data));
	make_mappable_program("program", segments, ARRAY_LEN(segments));
}

#define MAKE(name, text_pages) make(name##_start, name##_end, text_pages)

static int to[2], from[2];

/* Start readers, and wait until all run. */
static void start_readers(int count)
{
	xpipe(to);
	xpipe(from);
	for (int i = 0; i < count; i++)
		start_program(to[0], from[1], NULL);
	for (int i = 0; i < count; i++)
		signal_take(from);
}

/* Let them read, and check that each finds what it should. */
static void end_readers(int count)
{
	for (int i = 0; i < count; i++)
		signal_give(to);
	for (int i = 0; i < count; i++)
		xwait(0);
	xclose(to[0]);
	xclose(to[1]);
	xclose(from[0]);
	xclose(from[1]);
}

static long frames_of_readers(long text_pages)
{
	long before = measure().used;

	MAKE(reader, text_pages);
	start_readers(RUNS);

	long taken = measure().used - before;

	end_readers(RUNS);
	xunlink("program");
	return taken;
}

static void text_is_in_memory_once(void)
{
	long few = frames_of_readers(1);

	CHECK(frames_of_readers(PAGES) - few < PAGES);
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

/* Overwrite that many bytes of the program's text. */
static void overwrite(uint64 at, uint64 count)
{
	static char bytes[PAGES * PGSIZE];
	int fd = xopen("program", O_RDWR);

	memset(bytes, 'x', sizeof(bytes));
	lseek(fd, (long)at, SEEK_SET);
	xwrite(fd, bytes, count);
	lseek(fd, (long)at, SEEK_SET);
	xread(fd, bytes, count);
	for (uint64 i = 0; i < count; i++)
		CHECK_EQ(bytes[i], 'x');
	xclose(fd);
}

/* The running program goes on with what it was given, and the next one gets
 * what is in the file then. */
static void file_may_be_written_while_it_runs(void)
{
	MAKE(reader, PAGES);
	start_readers(2);
	overwrite(TEXT_OFFSET + PGSIZE + 10, 100);
	overwrite(TEXT_OFFSET + 2 * PGSIZE, 5 * PGSIZE);
	end_readers(2);

	xpipe(to);
	xpipe(from);
	start_program(to[0], from[1], NULL);
	signal_take(from);
	signal_give(to);
	xwait(1);
	xunlink("program");
}

/* New files get the blocks of the program's file. */
static void program_outlives_its_file(void)
{
	static char bytes[20 * PGSIZE];

	MAKE(reader, PAGES);
	start_readers(2);
	close(open("program", O_WRONLY | O_TRUNC));
	memset(bytes, 'y', sizeof(bytes));
	make_file("other", bytes, sizeof(bytes));
	xunlink("program");
	make_file("third", bytes, sizeof(bytes));
	sync();
	end_readers(2);
	xunlink("other");
	xunlink("third");
}

/* The cache needs a frame, to leave the old one to the program. */
static void write_without_memory_changes_nothing(void)
{
	char bytes[8];
	int fd = xopen(VMSTAT_PATH, O_WRONLY);
	int file;

	MAKE(reader, PAGES);
	start_readers(1);
	file = xopen("program", O_RDWR);
	lseek(file, TEXT_OFFSET, SEEK_SET);
	CHECK_FAILS(
		call_with_failure(fd, 1, SYS_write, file, (long)"12345678", 8),
		ENOMEM);
	xread(file, bytes, sizeof(bytes));
	CHECK_EQ(memcmp(bytes, "cccccccc", 8), 0);
	overwrite(TEXT_OFFSET, 8);
	end_readers(1);
	xclose(file);
	xunlink("program");
}

const struct test lazy_text_tests[] = {
	TEST(text_is_in_memory_once),
	TEST(data_is_private),
	TEST(file_may_be_written_while_it_runs),
	TEST(program_outlives_its_file),
	TEST(write_without_memory_changes_nothing),
	TESTS_END,
};
