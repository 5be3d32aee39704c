/* kernel/fs/pipe.h: pipes. */
#pragma once

#include "mm/uio.h"

struct pipe;

/* Create a pipe with both ends open. Returns 0 or -ENOMEM. */
int pipe_open(struct pipe **out);

/* Close one end. Closing the second one frees the pipe. */
void pipe_close_reader(struct pipe *pipe);
void pipe_close_writer(struct pipe *pipe);

/* Read up to dst->left bytes, after waiting until there is at least one.
 * Returns their number; 0 if the pipe is empty and has no writer; -EINTR if
 * killed. */
long pipe_read(struct pipe *pipe, struct uio *dst);

/* Write all bytes, waiting for room. Returns their number. Writes fewer, or
 * returns an error, if a byte cannot be copied, the process is killed, or there
 * is no reader (-EPIPE). */
long pipe_write(struct pipe *pipe, struct uio *src);
