/* kernel/mm/uio.h: the memory that a read or a write transfers to or from. It
 * belongs to a program or to the kernel. */
#pragma once

#include "lib/types.h"

struct uvm;

struct uio {
	struct uvm *uvm; /* NULL: addr is a kernel address */
	uint64 addr;     /* of the next byte */
	uint64 left;     /* number of bytes left */
};

static inline struct uio uio_user(struct uvm *uvm, uint64 va, uint64 n)
{
	return (struct uio){ .uvm = uvm, .addr = va, .left = n };
}

static inline struct uio uio_kernel(void *buf, uint64 n)
{
	return (struct uio){ .addr = (uint64)buf, .left = n };
}

/* Copy n bytes, at most uio->left, to or from the memory, and advance. Returns
 * 0; or an error of copyout() or copyin(), without advancing. */
int uio_put(struct uio *uio, const void *src, uint64 n);
int uio_get(struct uio *uio, void *dst, uint64 n);
