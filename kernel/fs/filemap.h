/* kernel/fs/filemap.h: files as sources of pages. */
#pragma once

#include "mm/uio.h"
#include "mm/uvm.h"

struct file;

/* Return in *out the pages of a file from `offset` on, for one program or for
 * all to share, with a reference for the caller. The file stays, even without a
 * name. Returns 0, -ENOMEM, -ENODEV if it is not an ordinary file, or -ETXTBSY
 * (inode_get_shared()). */
int file_source(const struct file *file, uint64 offset, bool is_shared,
		struct page_source **out);

/* Fetch all pages of the memory that have to come from files, so that a copy
 * does not return -EFETCH; but it still does if that fails. If `stores` is set,
 * the program may store to the first few shared ones until the next commit. May
 * sleep. */
void uio_fetch_all(const struct uio *uio, bool stores);

static inline bool uio_may_wait(const struct uio *uio)
{
	return uio->uvm != NULL && unlikely(uio->uvm->regions.sourced != 0);
}

static inline void uio_fetch(const struct uio *uio, bool stores)
{
	if (uio_may_wait(uio))
		uio_fetch_all(uio, stores);
}

/* Fetch the page for which the last copy has returned -EFETCH. Returns whether
 * the transfer can go on. May sleep. */
bool uio_fetch_awaited(const struct uio *uio);
