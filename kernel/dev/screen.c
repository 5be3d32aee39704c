/* kernel/dev/screen.c: output to the terminal.
 *
 * Processes take turns to write. In one turn a process prints all of its bytes,
 * but little more than TURN_BYTES, so that the lines of several processes do
 * not mix. Messages of the kernel come between two pieces of such a write. A
 * piece ends at the end of a line if possible, and a message starts on a new
 * line. */
#include "dev/screen.h"

#include "dev/uart.h"
#include "lib/panic.h"
#include "proc/sleeplock.h"

#define PIECE 256       /* bytes sent at a time */
#define TURN_BYTES 4096 /* bytes after which other processes may write */
#define PROMPT_MAX 80   /* bytes of the prompt to show again */

static struct {
	struct sleeplock writer; /* held by the process that writes */
	struct spinlock lock;    /* held by the hart that sends bytes */
	bool line_begun;         /* [lock] the last byte was not a newline */
	char prompt[PROMPT_MAX]; /* [lock] bytes written since a newline */
	uint32 prompt_len;       /* [lock] */
} out = { .lock = SPINLOCK("console output") };

/* A hart that panics prints without the lock, which it may hold already. */
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
			hart_park(); /* let the other hart print its panic */
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

/* The length of text[0 .. n - 1] up to its last newline; n if it has none. */
static uint64 whole_lines(const char *text, uint64 n)
{
	uint64 end = n;

	while (end > 0 && text[end - 1] != '\n')
		end--;
	return end > 0 ? end : n;
}

/* Remember the last line that programs write as the prompt. */
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

/* Print for one turn: up to TURN_BYTES, and the rest of the last piece. */
static int write_turn(struct uio *src) REQUIRES(out.writer)
{
	uint64 first = src->left;
	int error = 0;

	while (src->left > 0 && first - src->left < TURN_BYTES && error == 0) {
		error = write_piece(src);
		if (error == 0 && src->left > 0)
			error = give_way();
	}
	return error;
}

long screen_write(struct uio *src)
{
	uint64 asked = src->left;
	int error = 0;

	while (src->left > 0 && error == 0) {
		error = sleeplock_acquire_killable(&out.writer);
		if (error != 0)
			break;
		error = write_turn(src);
		sleeplock_release(&out.writer);
	}
	return src->left < asked ? (long)(asked - src->left) : error;
}

void screen_echo(const char *text, uint64 n)
{
	out_acquire();
	send(text, n);
	if (!out.line_begun)
		out.prompt_len = 0;
	out_release();
}

void screen_show_prompt(void)
{
	out_acquire();
	send(out.prompt, out.prompt_len);
	out_release();
}

void screen_init(void)
{
	sleeplock_init(&out.writer, "console writer");
	kprintf_set_sink(print_message);
}
