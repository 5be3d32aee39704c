/* kernel/fs/pipe.h: bytes from one process to another. */
#pragma once

#include "mm/uio.h"

struct pipe;

/* A pipe with both ends open, or -ENOMEM. */
int pipe_open(struct pipe **out);

/* Close one end; the pipe goes with the second. */
void pipe_close_reader(struct pipe *pipe);
void pipe_close_writer(struct pipe *pipe);

/* What is there, at most dst->left bytes; waits while there is nothing. 0 when
 * there is nothing and no writer; -EINTR when the process was killed. */
long pipe_read(struct pipe *pipe, struct uio *dst);

/* All of src, waiting for room. Less, or the error, when a byte cannot be
 * copied, the process is killed, or there is no reader (-EPIPE). */
long pipe_write(struct pipe *pipe, struct uio *src);
