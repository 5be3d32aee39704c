/* kernel/fs/pipe.c: pipes.
 *
 * The buffer is a ring of one page. `in` and `out` count all bytes ever written
 * and read, so the ring holds in - out bytes.
 *
 * pipe.lock guards everything. It is held during copies from and to programs,
 * so it comes before the lock of an address space. One reader and one writer at
 * a time have a turn, and only they wait for bytes or room. They record what
 * they wait for, and are woken only when it is there: the reader at the first
 * byte, the writer when there is room for the rest of its bytes or half of the
 * ring. A long write passes its turn after each ring's worth of bytes. */
#include "fs/pipe.h"

#include "abi/errno.h"
#include "abi/limits.h"
#include "fs/piece.h"
#include "mm/frame.h"
#include "mm/pool.h"
#include "proc/turn.h"

#define RING_SIZE PGSIZE
#define NOBODY (RING_SIZE + 1)

struct pipe {
	struct spinlock lock;
	char *ring;           /* [init] a frame */
	uint64 in, out;       /* [lock] */
	bool has_reader;      /* [lock] */
	bool has_writer;      /* [lock] */
	bool reader_waits;    /* [lock] the reader sleeps */
	uint64 room_wanted;   /* [lock] free bytes that the writer waits for */
	struct turn reading;  /* [lock] */
	struct turn writing;  /* [lock] */
	struct waitq filled;  /* the reader that has the turn */
	struct waitq emptied; /* the writer that has the turn */
};

static struct pool pipe_pool = POOL(pipe_pool, sizeof(struct pipe), "pipe");

int pipe_open(struct pipe **out)
{
	struct pipe *pipe = pool_zalloc(&pipe_pool);

	if (pipe == NULL)
		return -ENOMEM;
	pipe->ring = kalloc();
	if (pipe->ring == NULL) {
		pool_free(&pipe_pool, pipe);
		return -ENOMEM;
	}
	spin_init(&pipe->lock, "pipe");
	turn_init(&pipe->reading);
	turn_init(&pipe->writing);
	waitq_init(&pipe->filled);
	waitq_init(&pipe->emptied);
	pipe->has_reader = true;
	pipe->has_writer = true;
	pipe->room_wanted = NOBODY;
	*out = pipe;
	return 0;
}

static void release_and_free(struct pipe *pipe) RELEASES(pipe->lock)
{
	bool is_unused = !pipe->has_reader && !pipe->has_writer;

	spin_release(&pipe->lock);
	if (is_unused) {
		kfree(pipe->ring);
		pool_free(&pipe_pool, pipe);
	}
}

void pipe_close_reader(struct pipe *pipe)
{
	spin_acquire(&pipe->lock);
	pipe->has_reader = false;
	wake_all(&pipe->emptied);
	release_and_free(pipe);
}

void pipe_close_writer(struct pipe *pipe)
{
	spin_acquire(&pipe->lock);
	pipe->has_writer = false;
	wake_all(&pipe->filled);
	release_and_free(pipe);
}

/* ---- reading ---- */

static int wait_for_bytes(struct pipe *pipe) REQUIRES(pipe->lock)
{
	while (pipe->in == pipe->out && pipe->has_writer) {
		pipe->reader_waits = true;
		int error = sleep_killable(&pipe->filled, &pipe->lock);

		if (error != 0)
			return error;
	}
	return 0;
}

/* Read the bytes that are there. A piece does not wrap around in the ring. */
static int take_bytes(struct pipe *pipe, struct uio *dst) REQUIRES(pipe->lock)
{
	int error = 0;

	while (pipe->in != pipe->out && dst->left > 0 && error == 0) {
		uint64 at = pipe->out % RING_SIZE;
		uint64 there = MIN(pipe->in - pipe->out, RING_SIZE - at);
		uint64 n = uio_piece(dst, there);

		error = uio_put(dst, pipe->ring + at, n);
		if (error == 0)
			pipe->out += n;
	}
	return error;
}

static int read_in_turn(struct pipe *pipe, struct uio *dst) REQUIRES(pipe->lock)
{
	int error = wait_for_bytes(pipe);

	if (error == 0)
		error = take_bytes(pipe, dst);
	if (RING_SIZE - (pipe->in - pipe->out) >= pipe->room_wanted) {
		pipe->room_wanted = NOBODY;
		wake_all(&pipe->emptied);
	}
	return error;
}

long pipe_read(struct pipe *pipe, struct uio *dst)
{
	uint64 wanted = dst->left;

	if (wanted == 0)
		return 0;
	spin_acquire(&pipe->lock);
	int error = turn_take_killable(&pipe->reading, &pipe->lock);

	if (error == 0) {
		error = read_in_turn(pipe, dst);
		turn_pass(&pipe->reading);
	}
	spin_release(&pipe->lock);
	return dst->left < wanted ? (long)(wanted - dst->left) : error;
}

/* ---- writing ---- */

/* Write as many bytes as there is room for. A piece does not wrap around. */
static int add_bytes(struct pipe *pipe, struct uio *src) REQUIRES(pipe->lock)
{
	int error = 0;

	while (pipe->in - pipe->out < RING_SIZE && src->left > 0 &&
	       error == 0) {
		uint64 at = pipe->in % RING_SIZE;
		uint64 room = RING_SIZE - (pipe->in - pipe->out);
		uint64 n = uio_piece(src, MIN(room, RING_SIZE - at));

		error = uio_get(src, pipe->ring + at, n);
		if (error == 0)
			pipe->in += n;
	}
	if (pipe->reader_waits && pipe->in != pipe->out) {
		pipe->reader_waits = false;
		wake_all(&pipe->filled);
	}
	return error;
}

/* A short write must be atomic, so it waits for room for all of its bytes. */
static bool may_add(const struct pipe *pipe, uint64 wanted) REQUIRES(pipe->lock)
{
	return wanted > PIPE_BUF ||
	       RING_SIZE - (pipe->in - pipe->out) >= wanted;
}

static int wait_for_room(struct pipe *pipe, uint64 left) REQUIRES(pipe->lock)
{
	pipe->room_wanted = MIN(left, RING_SIZE / 2);
	return sleep_killable(&pipe->emptied, &pipe->lock);
}

/* Write all bytes, or as many as one turn allows. */
static int write_in_turn(struct pipe *pipe, struct uio *src)
	REQUIRES(pipe->lock)
{
	uint64 wanted = src->left;
	int error = 0;

	while (src->left > 0 && error == 0) {
		if (!pipe->has_reader)
			return -EPIPE;
		if (may_add(pipe, wanted))
			error = add_bytes(pipe, src);
		if (wanted - src->left >= RING_SIZE &&
		    turn_is_wanted(&pipe->writing))
			break;
		if (error == 0 && src->left > 0)
			error = wait_for_room(pipe, src->left);
	}
	return error;
}

long pipe_write(struct pipe *pipe, struct uio *src)
{
	uint64 wanted = src->left;
	int error = 0;

	spin_acquire(&pipe->lock);
	while (src->left > 0 && error == 0) {
		error = turn_take_killable(&pipe->writing, &pipe->lock);
		if (error != 0)
			break;
		error = write_in_turn(pipe, src);
		turn_pass(&pipe->writing);
	}
	spin_release(&pipe->lock);
	return src->left < wanted ? (long)(wanted - src->left) : error;
}
