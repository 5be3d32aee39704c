/* kernel/fs/piece.h: moving bytes to and from programs in pieces. */
#pragma once

#include "abi/limits.h"
#include "mm/uio.h"

/* How many bytes to move at once, at most `limit`: not across a page of the
 * program. Such a piece is moved as a whole or not at all, so that it is exact
 * how many bytes came before a bad address. */
static inline uint64 uio_piece(const struct uio *uio, uint64 limit)
{
	uint64 in_page = PGSIZE - uio->addr % PGSIZE;

	return MIN(MIN(limit, uio->left), in_page);
}
