/* user/test/usertests/pipes.c: pipes, and processes that wait at them. */

#include "tests.h"

static void bytes_come_out_in_order(void)
{
	char text[10];
	int fds[2];

	xpipe(fds);
	xwrite(fds[1], "abc", 3);
	xwrite(fds[1], "defg", 4);
	CHECK_EQ(read(fds[0], text, 2), 2);
	CHECK_EQ(read(fds[0], text + 2, 8), 5);
	CHECK_EQ(memcmp(text, "abcdefg", 7), 0);
}

static void read_waits_for_bytes(void)
{
	int fds[2];
	char c;

	xpipe(fds);
	IN_CHILD() {
		sleep(2);
		xwrite(fds[1], "x", 1);
	}
	CHECK_EQ(read(fds[0], &c, 1), 1);
	xwait(0);
}

static void end_of_file_when_no_writer_is_left(void)
{
	char text[8];
	int fds[2];

	xpipe(fds);
	IN_CHILD()
		xwrite(fds[1], "last", 4);
	xclose(fds[1]);
	xread(fds[0], text, 4);
	CHECK_EQ(read(fds[0], text, 4), 0);
	CHECK_EQ(read(fds[0], text, 4), 0);
	xwait(0);
}

static void waiting_reader_sees_end_of_file(void)
{
	int fds[2];
	char c;

	xpipe(fds);
	IN_CHILD() {
		xclose(fds[1]);
		CHECK_EQ(read(fds[0], &c, 1), 0);
	}
	sleep(2);
	xclose(fds[1]);
	xwait(0);
}

static void write_without_reader_fails(void)
{
	int fds[2];

	xpipe(fds);
	xclose(fds[0]);
	CHECK_FAILS(write(fds[1], "x", 1), EPIPE);
	CHECK_FAILS(write(fds[1], "x", 1), EPIPE);
}

/* The writer waits for room when the last reader exits. */
static void waiting_writer_sees_the_reader_go(void)
{
	static char buf[16 * PGSIZE];
	int fds[2];

	xpipe(fds);
	IN_CHILD() {
		xclose(fds[0]);
		CHECK(write(fds[1], buf, sizeof(buf)) < (long)sizeof(buf));
		CHECK_FAILS(write(fds[1], buf, sizeof(buf)), EPIPE);
	}
	sleep(2);
	xclose(fds[0]);
	xwait(0);
}

static void wrong_end_of_pipe(void)
{
	int fds[2];
	char c;

	xpipe(fds);
	CHECK_FAILS(read(fds[1], &c, 1), EBADF);
	CHECK_FAILS(write(fds[0], &c, 1), EBADF);
	CHECK_FAILS(lseek(fds[0], 0, SEEK_SET), ESPIPE);
}

static char byte_at(long i)
{
	return (char)(i * 7 + i / 4096);
}

static void send_bytes(int fd, long total)
{
	static char buf[3 * PGSIZE + 11];

	for (long sent = 0; sent < total;) {
		long n = sent % (long)sizeof(buf) + 1;

		if (n > total - sent)
			n = total - sent;
		for (long i = 0; i < n; i++)
			buf[i] = byte_at(sent + i);
		xwrite(fd, buf, (size_t)n);
		sent += n;
	}
}

static void receive_bytes(int fd, long total)
{
	static char buf[2 * PGSIZE + 5];
	long received = 0;
	long n;

	while ((n = read(fd, buf, sizeof(buf))) > 0) {
		for (long i = 0; i < n; i++)
			CHECK_EQ(buf[i], byte_at(received + i));
		received += n;
	}
	CHECK_EQ(received, total);
}

static void many_bytes_arrive_unchanged(void)
{
	const long total = 300000;
	int fds[2];

	xpipe(fds);
	IN_CHILD()
		send_bytes(fds[1], total);
	xclose(fds[1]);
	receive_bytes(fds[0], total);
	xwait(0);
}

/* All bytes of each writer must arrive, in whatever order. */
static void writers_do_not_lose_bytes(void)
{
	enum { WRITERS = 4, BYTES = 3000 };
	long counts[WRITERS] = { 0 };
	char buf[256];
	int fds[2];
	long n;

	xpipe(fds);
	for (int w = 0; w < WRITERS; w++) {
		IN_CHILD() {
			char c = (char)w;

			for (int i = 0; i < BYTES; i++)
				xwrite(fds[1], &c, 1);
		}
	}
	xclose(fds[1]);
	while ((n = read(fds[0], buf, sizeof(buf))) > 0) {
		for (long i = 0; i < n; i++)
			counts[(int)buf[i]]++;
	}
	for (int w = 0; w < WRITERS; w++) {
		CHECK_EQ(counts[w], BYTES);
		xwait(0);
	}
}

/* Two processes that answer each other. */
static void ping_pong(void)
{
	int there[2];
	int back[2];

	xpipe(there);
	xpipe(back);
	IN_CHILD() {
		for (int i = 0; i < 1000; i++) {
			signal_take(there);
			signal_give(back);
		}
	}
	for (int i = 0; i < 1000; i++) {
		signal_give(there);
		signal_take(back);
	}
	xwait(0);
}

static void many_pipes_come_and_go(void)
{
	for (int i = 0; i < 300; i++) {
		int fds[2];

		xpipe(fds);
		xwrite(fds[1], "unread", 6);
		xclose(fds[i % 2]);
		xclose(fds[1 - i % 2]);
	}
}

/* A write that waits for room must not be split, so that the bytes of no other
 * writer get in between. */
static void short_writes_are_not_torn(void)
{
	enum { SIZE = PIPE_BUF - 12 };
	static char text[100 * SIZE];
	int fds[2];

	xpipe(fds);
	IN_CHILD() {
		xclose(fds[0]);
		while (write(fds[1], text, SIZE) == SIZE)
			;
		CHECK_EQ(errno, EPIPE);
	}
	sleep(2);
	CHECK_EQ(read(fds[0], text, sizeof(text)) % SIZE, 0);
	xclose(fds[0]);
	xwait(0);
}

const struct test pipe_tests[] = {
	TEST(bytes_come_out_in_order),
	TEST(read_waits_for_bytes),
	TEST(end_of_file_when_no_writer_is_left),
	TEST(waiting_reader_sees_end_of_file),
	TEST(write_without_reader_fails),
	TEST(waiting_writer_sees_the_reader_go),
	TEST(wrong_end_of_pipe),
	TEST(many_bytes_arrive_unchanged),
	TEST(writers_do_not_lose_bytes),
	TEST(short_writes_are_not_torn),
	TEST(ping_pong),
	TEST(many_pipes_come_and_go),
	TESTS_END,
};
