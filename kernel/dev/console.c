/* kernel/dev/console.c: the terminal: lines in, text out.
 *
 * Out: a process has the terminal for the whole of a write, so that lines of
 * several processes do not mix. A message of the kernel goes between two
 * pieces of such a write, which end with a line where they can, and begins a
 * line of its own.
 *
 * In: keys edit a line; Enter makes it ready to be read. When nobody reads,
 * what is typed stays in the serial line's own queue, and nothing is lost. */
#include "dev/console.h"

#include "abi/errno.h"
#include "dev/uart.h"
#include "lib/panic.h"
#include "lib/string.h"
#include "proc/sleeplock.h"

#define LINE_MAX 1024  /* bytes of a line, its newline included */
#define READY_MAX 4096 /* bytes of lines that wait for a reader */
#define PIECE 256      /* bytes printed at a time */

#define CTRL(letter) ((letter) - '@')
#define KEY_END CTRL('D') /* end of file */
#define KEY_KILL CTRL('U')
#define KEY_WORD CTRL('W')
#define KEY_DELETE 0x7f
#define BELL '\a'

static struct {
	struct sleeplock writer; /* one process writes */
	struct spinlock lock;    /* one hart sends bytes */
	bool line_begun;         /* [lock] the last byte was no newline */
} out = { .lock = SPINLOCK("console output") };

static struct {
	struct spinlock lock; /* taken before out.lock */
	struct waitq readers;
	char line[LINE_MAX];   /* [lock] being typed */
	uint32 line_len;       /* [lock] */
	char ready[READY_MAX]; /* [lock] a ring; KEY_END ends a read */
	uint32 ready_first;    /* [lock] index of the oldest byte */
	uint32 ready_len;      /* [lock] */
} in = { .lock = SPINLOCK("console input"), .readers = WAITQ(in.readers) };

/* A hart that panics prints without the lock: it may have it already. */
static void out_acquire(void) UNCHECKED_LOCKING
{
	if (!panicking_here())
		spin_acquire(&out.lock);
}

static void out_release(void) UNCHECKED_LOCKING
{
	if (!panicking_here())
		spin_release(&out.lock);
}

static void send(const char *text, uint64 n)
{
	for (uint64 i = 0; i < n; i++) {
		if (panicked() && !panicking_here())
			hart_park(); /* the last words are another's */
		uart_put(text[i]);
	}
	if (n > 0)
		out.line_begun = text[n - 1] != '\n';
}

static void print_message(const char *text, uint64 n)
{
	out_acquire();
	if (out.line_begun)
		send("\n", 1);
	send(text, n);
	out_release();
}

/* How much of text[0 .. n - 1] to print in one go: up to its last newline. */
static uint64 whole_lines(const char *text, uint64 n)
{
	uint64 end = n;

	while (end > 0 && text[end - 1] != '\n')
		end--;
	return end > 0 ? end : n;
}

static int write_piece(struct uio *src)
{
	char piece[PIECE];
	struct uio ahead = *src;
	uint64 n = MIN(src->left, sizeof(piece));
	int error = uio_get(&ahead, piece, n);

	if (error != 0)
		return error;
	if (n < src->left)
		n = whole_lines(piece, n);
	src->addr += n;
	src->left -= n;
	out_acquire();
	send(piece, n);
	out_release();
	return 0;
}

static long console_write(struct uio *src)
{
	uint64 asked = src->left;
	int error = 0;

	sleeplock_acquire(&out.writer);
	while (src->left > 0 && error == 0) {
		error = write_piece(src);
		if (error == 0 && src->left > 0)
			error = give_way();
	}
	sleeplock_release(&out.writer);
	return src->left < asked ? (long)(asked - src->left) : error;
}

static void echo(const char *text, uint64 n)
{
	out_acquire();
	send(text, n);
	out_release();
}

static void erase_locked(uint32 count) REQUIRES(in.lock)
{
	for (uint32 i = 0; i < count && in.line_len > 0; i++) {
		in.line_len--;
		echo("\b \b", 3);
	}
}

/* Bytes of the last word and of the blanks behind it. */
static uint32 last_word_locked(void) REQUIRES(in.lock)
{
	uint32 start = in.line_len;

	while (start > 0 && in.line[start - 1] == ' ')
		start--;
	while (start > 0 && in.line[start - 1] != ' ')
		start--;
	return in.line_len - start;
}

static void line_done_locked(void) REQUIRES(in.lock)
{
	for (uint32 i = 0; i < in.line_len; i++)
		in.ready[(in.ready_first + in.ready_len++) % READY_MAX] =
			in.line[i];
	in.line_len = 0;
	wake_all(&in.readers);
}

static void add_locked(char c) REQUIRES(in.lock)
{
	/* Keep room for what ends the line. */
	if (in.line_len == LINE_MAX - 1 && c != '\n' && c != KEY_END) {
		echo(&(char){ BELL }, 1);
		return;
	}
	in.line[in.line_len++] = c;
	if (c != KEY_END)
		echo(&c, 1);
	if (c == '\n' || c == KEY_END)
		line_done_locked();
}

static void key_locked(char c) REQUIRES(in.lock)
{
	switch (c) {
	case '\b':
	case KEY_DELETE:
		erase_locked(1);
		break;
	case KEY_KILL:
		erase_locked(in.line_len);
		break;
	case KEY_WORD:
		erase_locked(last_word_locked());
		break;
	case '\r':
		add_locked('\n');
		break;
	case '\n':
	case '\t':
	case KEY_END:
		add_locked(c);
		break;
	default:
		if ((uint8)c >= ' ')
			add_locked(c);
	}
}

/* Take keys while a whole line still finds room among those that are ready. */
static void take_keys_locked(void) REQUIRES(in.lock)
{
	int c;

	while (READY_MAX - in.ready_len >= LINE_MAX && (c = uart_get()) != -1)
		key_locked((char)c);
	uart_want_input(READY_MAX - in.ready_len >= LINE_MAX);
}

void console_intr(void)
{
	spin_acquire(&in.lock);
	take_keys_locked();
	spin_release(&in.lock);
}

/* What one read gets: bytes up to the end of a line. */
static long read_line_locked(struct uio *dst) REQUIRES(in.lock)
{
	uint64 asked = dst->left;
	char c = '\0';

	while (dst->left > 0 && in.ready_len > 0 && c != '\n') {
		c = in.ready[in.ready_first];
		if (c == KEY_END && dst->left < asked)
			break; /* the next read finds it first */
		if (c != KEY_END) {
			int error = uio_put(dst, &c, 1);

			if (error != 0)
				return dst->left == asked
					       ? error
					       : (long)(asked - dst->left);
		}
		in.ready_first = (in.ready_first + 1) % READY_MAX;
		in.ready_len--;
		if (c == KEY_END)
			break;
	}
	return (long)(asked - dst->left);
}

static long console_read(struct uio *dst, uint64 offset)
{
	(void)offset;
	if (dst->left == 0)
		return 0;

	int error = 0;
	long count;

	spin_acquire(&in.lock);
	while (in.ready_len == 0 && error == 0)
		error = sleep_killable(&in.readers, &in.lock);
	count = error != 0 ? error : read_line_locked(dst);
	take_keys_locked();
	spin_release(&in.lock);
	return count;
}

const struct device console_device = {
	.name = "console",
	.read = console_read,
	.write = console_write,
};

void console_init(void)
{
	uart_init();
	sleeplock_init(&out.writer, "console writer");
	kprintf_set_sink(print_message);
}
