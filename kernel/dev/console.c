/* kernel/dev/console.c: the terminal: lines in, text out.
 *
 * Out: a process has the terminal for the whole of a write, so that lines of
 * several processes do not mix. A message of the kernel goes between two
 * pieces of such a write, which end with a line where they can, and begins a
 * line of its own.
 *
 * In: keys edit a line (dev/line.c); Enter makes it ready to be read. When no
 * more lines find room, what is typed stays in the serial line's own queue, and
 * whoever sends it has to wait; but Ctrl-C would wait there too. So when nobody
 * reads for PATIENCE, keys are taken again, and those are lost that find no
 * room. */
#include "dev/console.h"

#include "abi/errno.h"
#include "dev/line.h"
#include "dev/timer.h"
#include "dev/uart.h"
#include "lib/panic.h"
#include "lib/string.h"
#include "proc/sleeplock.h"

#define READY_MAX (64U << 10) /* bytes of lines that wait for a reader */
#define PIECE 256             /* bytes printed at a time */
#define PROMPT_MAX 80         /* bytes of a prompt that can be shown again */
#define PATIENCE 2            /* seconds */

#define CLEAR_SCREEN "\033[H\033[J"

static struct {
	struct sleeplock writer; /* one process writes */
	struct spinlock lock;    /* one hart sends bytes */
	bool line_begun;         /* [lock] the last byte was no newline */
	char prompt[PROMPT_MAX]; /* [lock] what was written since a newline */
	uint32 prompt_len;       /* [lock] */
} out = { .lock = SPINLOCK("console output") };

static struct {
	struct spinlock lock; /* taken before out.lock */
	struct waitq readers;
	struct line line;      /* [lock] */
	char ready[READY_MAX]; /* [lock] a ring; a KEY_ ends a read */
	uint32 first;          /* [lock] index of the oldest byte */
	uint32 len;            /* [lock] */
	bool key_acts;     /* [lock] until it has, nothing is read or taken */
	uint64 full_since; /* [lock] time; 0: there is room */
	bool drops;        /* [lock] keys that find no room are lost */
	bool line_broken;  /* [lock] the line has lost what came before */
} in = { .lock = SPINLOCK("console input"), .readers = WAITQ(in.readers) };

static bool (*interrupt_processes)(void); /* [init] */
static void (*list_processes)(void);      /* [init] */

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

/* The end of what programs write is the prompt of what is then typed. */
static void note_prompt(const char *text, uint64 n)
{
	uint64 start = n;

	while (start > 0 && text[start - 1] != '\n')
		start--;
	if (start > 0)
		out.prompt_len = 0;
	while (start < n && out.prompt_len < PROMPT_MAX)
		out.prompt[out.prompt_len++] = text[start++];
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
	note_prompt(piece, n);
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

/* What keys show. */
static void echo(const char *text, uint64 n)
{
	out_acquire();
	send(text, n);
	if (!out.line_begun)
		out.prompt_len = 0;
	out_release();
}

/* The prompt, and what has been typed behind it, once more. */
static void show_again_locked(void) REQUIRES(in.lock)
{
	out_acquire();
	send(out.prompt, out.prompt_len);
	out_release();
	line_show(&in.line);
}

static bool has_room_locked(void) REQUIRES(in.lock)
{
	return READY_MAX - in.len > LINE_MAX;
}

static void put_locked(const char *bytes, uint32 n) REQUIRES(in.lock)
{
	while (n > 0) {
		uint32 at = (in.first + in.len) % READY_MAX;
		uint32 count = MIN(n, READY_MAX - at);

		memcpy(&in.ready[at], bytes, count);
		in.len += count;
		bytes += count;
		n -= count;
	}
	wake_all(&in.readers);
}

/* Lose the key when there is no room, or when part of its line was lost. */
static bool lose_locked(char key) REQUIRES(in.lock)
{
	if (has_room_locked() && !in.line_broken)
		return false;
	in.line_broken = key != '\r' && key != '\n';
	return true;
}

static void drop_locked(uint32 n) REQUIRES(in.lock)
{
	in.first = (in.first + n) % READY_MAX;
	in.len -= n;
}

static void edit_locked(char key) REQUIRES(in.lock)
{
	if (lose_locked(key) || !line_key(&in.line, key))
		return;
	/* In the middle of a line KEY_END only makes it ready. */
	if (key == KEY_END && in.line.len == 0)
		put_locked(&key, 1);
	else
		put_locked(in.line.text, in.line.len);
	line_clear(&in.line);
}

/* Forget what was typed. Whoever reads is told that there will be no line,
 * unless that one ends. The mark comes first: a process is seen either by it or
 * by us (proc/keys.c). */
static void interrupt(void)
{
	static const char mark = KEY_INTERRUPT;

	echo("^C\n", 3);
	spin_acquire(&in.lock);
	line_clear(&in.line);
	in.line_broken = false;
	in.len = 0;
	put_locked(&mark, 1);
	spin_release(&in.lock);
	if (interrupt_processes())
		console_take_interrupt();
}

static void show_list(void)
{
	list_processes();
	spin_acquire(&in.lock);
	show_again_locked();
	spin_release(&in.lock);
}

static void clear_screen_locked(void) REQUIRES(in.lock)
{
	echo(CLEAR_SCREEN, strlen(CLEAR_SCREEN));
	show_again_locked();
}

/* Take keys up to one that does more than to edit the line: that one, or 0. */
static char take_keys_locked(void) REQUIRES(in.lock)
{
	int key;

	while ((has_room_locked() || in.drops) && (key = uart_get()) != -1) {
		if (key == KEY_INTERRUPT || key == KEY_LIST)
			return (char)key;
		if (key == KEY_CLEAR)
			clear_screen_locked();
		else
			edit_locked((char)key);
	}
	return 0;
}

static void note_room_locked(void) REQUIRES(in.lock)
{
	if (has_room_locked()) {
		in.full_since = 0;
		in.drops = false;
	} else if (in.full_since == 0) {
		in.full_since = timer_now();
	}
	uart_want_input(has_room_locked() || in.drops);
}

/* What Ctrl-C and Ctrl-P do needs locks that come before ours. So that keys
 * stay in order nobody takes any meanwhile. */
static void take_keys(void) EXCLUDES(in.lock)
{
	char key = 0;

	spin_acquire(&in.lock);
	while (!in.key_acts && (key = take_keys_locked()) != 0) {
		in.key_acts = true;
		spin_release(&in.lock);
		if (key == KEY_INTERRUPT)
			interrupt();
		else
			show_list();
		spin_acquire(&in.lock);
		in.key_acts = false;
		wake_all(&in.readers);
	}
	note_room_locked();
	spin_release(&in.lock);
}

bool console_take_interrupt(void)
{
	spin_acquire(&in.lock);
	bool is_there = in.len > 0 && in.ready[in.first] == KEY_INTERRUPT;

	if (is_there)
		drop_locked(1);
	spin_release(&in.lock);
	return is_there;
}

void console_intr(void)
{
	take_keys();
}

void console_tick(void)
{
	uint64 since = __atomic_load_n(&in.full_since, __ATOMIC_RELAXED);

	if (likely(since == 0) || timer_now() - since < PATIENCE * timer_hz)
		return;
	spin_acquire(&in.lock);
	bool is_news = in.full_since != 0 && !in.drops;

	if (is_news) {
		in.drops = true;
		in.line_broken = in.line.len > 0;
		line_clear(&in.line);
	}
	spin_release(&in.lock);
	if (is_news)
		kprintf("console: nobody reads: what is typed now is lost\n");
	take_keys();
}

/* Bytes in one piece up to the end of a line, or to a mark. */
static uint32 piece_locked(uint64 most) REQUIRES(in.lock)
{
	const char *bytes = &in.ready[in.first];
	uint32 n = 0, end = MIN(in.len, READY_MAX - in.first);

	while (n < end && n < most) {
		if (bytes[n] == KEY_END || bytes[n] == KEY_INTERRUPT)
			break;
		if (bytes[n++] == '\n')
			break;
	}
	return n;
}

/* What one read gets: bytes up to the end of a line. A mark behind them is left
 * to the next read. */
static long read_line_locked(struct uio *dst) REQUIRES(in.lock)
{
	uint64 asked = dst->left;
	char last = '\0';
	uint32 n;

	while (last != '\n' && (n = piece_locked(dst->left)) > 0) {
		int error = uio_put(dst, &in.ready[in.first], n);

		if (error != 0)
			return dst->left == asked ? error
						  : (long)(asked - dst->left);
		last = in.ready[in.first + n - 1];
		drop_locked(n);
	}
	if (dst->left < asked)
		return (long)(asked - dst->left);

	bool is_end = in.ready[in.first] == KEY_END;

	drop_locked(1);
	return is_end ? 0 : -EINTR;
}

static long console_read(struct uio *dst, uint64 offset)
{
	(void)offset;
	if (dst->left == 0)
		return 0;

	int error;
	long count;

	spin_acquire(&in.lock);
	while ((error = check_killed()) == 0 && (in.len == 0 || in.key_acts))
		sleep_killable(&in.readers, &in.lock);
	count = error != 0 ? error : read_line_locked(dst);
	spin_release(&in.lock);
	take_keys();
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
	in.line.show = echo;
	kprintf_set_sink(print_message);
}

void console_set_keys(bool (*interrupt_fn)(void), void (*list_fn)(void))
{
	interrupt_processes = interrupt_fn;
	list_processes = list_fn;
}
