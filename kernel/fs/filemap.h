/* kernel/fs/filemap.h: files as sources of pages. */
#pragma once

#include "mm/uio.h"
#include "mm/uvm.h"

struct file;

/* Return in *out the pages of a file from `offset` on, with a reference for the
 * caller. The file stays, even without a name. Returns 0, -ENOMEM, or -ENODEV
 * if it is not an ordinary file. */
int file_source(const struct file *file, uint64 offset,
		struct page_source **out);

/* Fetch all pages of the memory that have to come from files, so that a copy
 * does not return -EFETCH; but it still does if that fails. May sleep. */
void uio_fetch_all(const struct uio *uio);

static inline void uio_fetch(const struct uio *uio)
{
	if (uio->uvm != NULL && unlikely(uio->uvm->regions.sourced != 0))
		uio_fetch_all(uio);
}
