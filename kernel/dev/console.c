/* kernel/dev/console.c: input from the terminal. dev/screen.c has the output.
 *
 * Keys edit a line (dev/line.c), and Enter makes it ready to be read. If there
 * is no room for another line, the keys stay in the serial device, and their
 * sender has to wait. But then a Ctrl-C would wait there too. So if nobody
 * reads for PATIENCE seconds, the console takes keys again and drops those for
 * which it has no room.
 *
 * Pasted keys may arrive faster than they are handled, and a key in the middle
 * of a line makes the rest of the line appear again. So after a BATCH of work
 * the console pauses: it takes no more keys until the next timer interrupt, a
 * hart is idle, or a process reads. */
#include "dev/console.h"

#include "abi/errno.h"
#include "dev/line.h"
#include "dev/screen.h"
#include "dev/timer.h"
#include "dev/uart.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "proc/turn.h"

#define READY_MAX (64U << 10) /* bytes of lines that are ready to be read */
#define PATIENCE 2            /* seconds */
#define BATCH 2048U           /* keys taken and bytes shown before a pause */

#define CLEAR_SCREEN "\033[H\033[J"

static struct {
	struct spinlock lock;  /* taken before the screen's */
	struct turn reading;   /* [lock] */
	struct waitq readers;  /* the process that has the turn */
	struct line line;      /* [lock] */
	char ready[READY_MAX]; /* [lock] a ring; a KEY_ byte ends a read */
	uint32 first;          /* [lock] index of the oldest byte */
	uint32 len;            /* [lock] */
	bool key_acts;     /* [lock] Ctrl-C or Ctrl-P is at work; all wait */
	uint64 full_since; /* [lock] time; 0: there is room */
	bool drops;        /* [lock] drop keys for which there is no room */
	bool line_broken;  /* [lock] the start of the line was dropped */
	uint32 work;       /* [lock] done in this batch */
	bool paused;       /* [lock] the batch is done; read freely */
} in = {
	.lock = SPINLOCK("console input"),
	.reading = TURN_INIT(in.reading),
	.readers = WAITQ(in.readers),
};

static void (*interrupt_processes)(void); /* [init] */
static void (*list_processes)(void);      /* [init] */

/* Show the prompt again, and the line typed so far. */
static void show_again_locked(void) REQUIRES(in.lock)
{
	screen_show_prompt();
	line_show(&in.line);
}

/* For the line, which changes with the lock held. */
static void show(const char *text, uint64 n)
{
	in.work += (uint32)n;
	screen_echo(text, n);
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
}

/* Whether to drop the key: there is no room, or part of its line was
 * dropped. */
static bool drops_key_locked(char key) REQUIRES(in.lock)
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
	if (drops_key_locked(key) || !line_key(&in.line, key))
		return;
	/* KEY_END after other keys only makes their line ready. */
	if (key == KEY_END && in.line.len == 0)
		put_locked(&key, 1);
	else
		put_locked(in.line.text, in.line.len);
	wake_all(&in.readers);
	line_clear(&in.line);
}

/* Discard the input. The next read fails with EINTR, unless a shell learns of
 * the Ctrl-C in another way first. Set the mark for that read before looking
 * for processes: a new one then finds the mark, or is found (proc/keys.c). */
static void interrupt(void)
{
	static const char mark = KEY_INTERRUPT;

	screen_echo("^C\n", 3);
	spin_acquire(&in.lock);
	line_clear(&in.line);
	in.line_broken = false;
	in.len = 0;
	put_locked(&mark, 1);
	spin_release(&in.lock);
	interrupt_processes();
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
	screen_echo(CLEAR_SCREEN, strlen(CLEAR_SCREEN));
	show_again_locked();
}

static bool may_take_locked(void) REQUIRES(in.lock)
{
	return in.work < BATCH && (has_room_locked() || in.drops);
}

/* Take keys until one does more than edit the line. Returns that one, or 0. */
static char take_keys_locked(void) REQUIRES(in.lock)
{
	int key;

	while (may_take_locked() && (key = uart_get()) != -1) {
		in.work++;
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
	uart_want_input(!in.paused && (has_room_locked() || in.drops));
}

/* Ctrl-C and Ctrl-P need locks that come before ours, so release it for them.
 * To keep the keys in order, nobody else takes keys meanwhile. Each of the two
 * is as much work as a batch. */
static void take_keys(void) EXCLUDES(in.lock)
{
	char key = 0;

	spin_acquire(&in.lock);
	in.work = 0;
	while (!in.key_acts && (key = take_keys_locked()) != 0) {
		in.key_acts = true;
		in.work = BATCH;
		spin_release(&in.lock);
		if (key == KEY_INTERRUPT)
			interrupt();
		else
			show_list();
		spin_acquire(&in.lock);
		in.key_acts = false;
		wake_all(&in.readers);
	}
	in.paused = in.work >= BATCH;
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

void console_resume(void)
{
	if (likely(!__atomic_load_n(&in.paused, __ATOMIC_RELAXED)))
		return;
	spin_acquire(&in.lock);
	in.paused = false;
	note_room_locked();
	spin_release(&in.lock);
}

void console_tick(void)
{
	console_resume();

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

/* The number of contiguous bytes up to the end of a line or to a mark. */
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

/* Read bytes up to the end of a line. A mark after them is left to the next
 * read. */
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

static long read_in_turn_locked(struct uio *dst) REQUIRES(in.lock)
{
	int error;

	while ((error = check_killed()) == 0 && (in.len == 0 || in.key_acts))
		sleep_killable(&in.readers, &in.lock);
	return error != 0 ? error : read_line_locked(dst);
}

static long console_read(struct uio *dst, uint64 offset)
{
	(void)offset;
	if (dst->left == 0)
		return 0;

	spin_acquire(&in.lock);
	long count = turn_take_killable(&in.reading, &in.lock);

	if (count == 0) {
		count = read_in_turn_locked(dst);
		turn_pass(&in.reading);
	}
	spin_release(&in.lock);
	take_keys();
	return count;
}

const struct device console_device = {
	.name = "console",
	.read = console_read,
	.write = screen_write,
};

void console_init(void)
{
	uart_init();
	screen_init();
	in.line.show = show;
}

void console_set_keys(void (*interrupt_fn)(void), void (*list_fn)(void))
{
	interrupt_processes = interrupt_fn;
	list_processes = list_fn;
}
