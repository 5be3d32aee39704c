/* user/test/usertests/bigfile.c: files of many blocks. */

#include "abi/fs.h"
#include "tests.h"

#define CHUNK (64 * 1024)

/* Offsets of the first blocks that are found through one block of numbers, and
 * through two. */
#define FIRST_INDIRECT (NDIRECT * (long)BLOCK_SIZE)
#define FIRST_DOUBLE ((NDIRECT + NINDIRECT) * (long)BLOCK_SIZE)
#define SECOND_TABLE (FIRST_DOUBLE + NINDIRECT * (long)BLOCK_SIZE)

static char buf[CHUNK];

static void fill_chunk(long offset)
{
	for (size_t i = 0; i < sizeof(buf); i += sizeof(long))
		*(long *)(buf + i) = offset + (long)i;
}

static void check_chunk(long offset)
{
	for (size_t i = 0; i < sizeof(buf); i += sizeof(long)) {
		long value = *(long *)(buf + i);

		if (value != offset + (long)i)
			fail("byte %ld is %#lx", offset + (long)i, value);
	}
}

static void big_file_has_what_was_written(void)
{
	const long size = FIRST_DOUBLE + 4 * CHUNK;
	int fd = xopen("big", O_RDWR | O_CREATE);

	for (long at = 0; at < size; at += CHUNK) {
		fill_chunk(at);
		xwrite(fd, buf, CHUNK);
	}
	CHECK_EQ(lseek(fd, 0, SEEK_SET), 0);
	for (long at = 0; at < size; at += CHUNK) {
		xread(fd, buf, CHUNK);
		check_chunk(at);
	}
	xclose(fd);
	xunlink("big");
}

/* Write one byte on each side of every offset where the block map changes. */
static void sparse_file_at_every_step_of_its_map(void)
{
	static const long places[] = {
		0,
		FIRST_INDIRECT - 1,
		FIRST_INDIRECT,
		FIRST_DOUBLE - 1,
		FIRST_DOUBLE,
		SECOND_TABLE - 1,
		SECOND_TABLE,
		FILE_SIZE_MAX - 1,
	};
	int fd = xopen("sparse", O_RDWR | O_CREATE);
	char c;

	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		c = (char)('a' + i);
		CHECK_EQ(lseek(fd, places[i], SEEK_SET), places[i]);
		xwrite(fd, &c, 1);
	}
	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		CHECK_EQ(lseek(fd, places[i], SEEK_SET), places[i]);
		xread(fd, &c, 1);
		CHECK_EQ(c, 'a' + (long)i);
	}
	CHECK_EQ(lseek(fd, SECOND_TABLE + 12345, SEEK_SET),
		 SECOND_TABLE + 12345);
	xread(fd, &c, 1);
	CHECK_EQ(c, 0);
	xclose(fd);
	xunlink("sparse");
}

static void file_cannot_grow_beyond_its_limit(void)
{
	int fd = xopen("sparse", O_RDWR | O_CREATE);

	CHECK_EQ(lseek(fd, FILE_SIZE_MAX - 2, SEEK_SET), FILE_SIZE_MAX - 2);
	CHECK_EQ(write(fd, "abcd", 4), 2);
	CHECK_FAILS(write(fd, "cd", 2), EFBIG);
	CHECK_EQ(lseek(fd, 0, SEEK_END), FILE_SIZE_MAX);
	xclose(fd);
	xunlink("sparse");
}

/* Sizes near a block's size, at offsets near a block's start. */
static void reads_and_writes_across_blocks(void)
{
	static const long sizes[] = { 1, 2, 4095, 4096, 4097, 9000 };
	static char copy[CHUNK];
	int fd = xopen("file", O_RDWR | O_CREATE);

	fill_chunk(0);
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		for (long at = 4090; at < 4100; at += 3) {
			size_t n = (size_t)sizes[i];

			CHECK_EQ(lseek(fd, at, SEEK_SET), at);
			xwrite(fd, buf + i, n);
			CHECK_EQ(lseek(fd, at, SEEK_SET), at);
			xread(fd, copy, n);
			CHECK_EQ(memcmp(copy, buf + i, n), 0);
		}
	}
	xclose(fd);
	xunlink("file");
}

#define FILLER_CHUNKS 32

static void filler_name(char name[NAME_LEN + 1], int number)
{
	snprintf(name, NAME_LEN + 1, "filler%d", number);
}

/* Write one more file. Returns the number of whole chunks that fitted. */
static int write_filler(int number)
{
	char name[NAME_LEN + 1];
	int chunks = 0;

	filler_name(name, number);
	int fd = xopen(name, O_WRONLY | O_CREATE);
	while (chunks < FILLER_CHUNKS && write(fd, buf, CHUNK) == CHUNK)
		chunks++;
	if (chunks < FILLER_CHUNKS)
		CHECK_FAILS(write(fd, buf, CHUNK), ENOSPC);
	xclose(fd);
	return chunks;
}

/* Write files, numbered from *number on, until the disk is full. Returns the
 * number of chunks. */
static int fill_disk(int *number)
{
	int total = 0;
	int chunks;

	do {
		chunks = write_filler((*number)++);
		total += chunks;
	} while (chunks == FILLER_CHUNKS);
	return total;
}

static void remove_fillers(int first, int end)
{
	char name[NAME_LEN + 1];

	for (int i = first; i < end; i++) {
		filler_name(name, i);
		xunlink(name);
	}
}

/* On a full disk a call that needs a block fails, and no block is lost. */
static void full_disk_is_an_error(void)
{
	int files = 0;

	make_file("small", "abc", 3);
	int chunks = fill_disk(&files);
	CHECK_FAILS(mkdir("dir"), ENOSPC);
	int fd = xopen("small", O_RDWR);
	xwrite(fd, "xyz", 3);
	xclose(fd);

	int kept = files > 2 ? files - 2 : 0;

	remove_fillers(kept, files);
	files = kept;
	CHECK_EQ(fill_disk(&files), chunks - kept * FILLER_CHUNKS);
	remove_fillers(0, files);
	xunlink("small");
}

const struct test bigfile_tests[] = {
	TEST(big_file_has_what_was_written),
	TEST(sparse_file_at_every_step_of_its_map),
	TEST(file_cannot_grow_beyond_its_limit),
	TEST(reads_and_writes_across_blocks),
	TESTS_END,
};

const struct test slow_tests[] = {
	TEST(full_disk_is_an_error),
	TESTS_END,
};
