/* kernel/fs/piece.h: split transfers at page boundaries of the program. */
#pragma once

#include "abi/limits.h"
#include "mm/uio.h"

/* The number of bytes to move next, at most `limit`. They lie within one page
 * of the program, so they are moved all or not at all. That makes the number of
 * bytes before a bad address exact. */
static inline uint64 uio_piece(const struct uio *uio, uint64 limit)
{
	uint64 in_page = PGSIZE - uio->addr % PGSIZE;

	return MIN(MIN(limit, uio->left), in_page);
}
