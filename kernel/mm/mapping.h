/* kernel/mm/mapping.h: memory that a program maps where it likes. */
#pragma once

#include "mm/uvm.h"

/* Whether a program may map [start, end), page-aligned: above the first page,
 * below USER_TOP, and not in the gap below the stack. */
bool uvm_may_map(const struct uvm *uvm, uint64 start, uint64 end);

/* Promise `bytes` bytes of zeros, or of `source` if it is not NULL, with
 * `rights`: at `addr` if that is allowed and nothing is promised there,
 * otherwise above the heap. Both are page-aligned. Returns the address or
 * -ENOMEM. */
long uvm_mmap(struct uvm *uvm, uint64 addr, uint64 bytes, uint64 rights,
	      struct page_source *source) EXCLUDES(uvm->lock);

/* Change the rights of [start, end), page-aligned, not empty, promised, and all
 * of one source. Returns 0; or -ENOMEM with nothing changed, if there are too
 * many regions, memory is exhausted, or the policy does not allow it. */
int uvm_mprotect(struct uvm *uvm, uint64 start, uint64 end, uint64 rights)
	EXCLUDES(uvm->lock);
