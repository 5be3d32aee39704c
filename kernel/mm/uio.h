/* kernel/mm/uio.h: the far end of a read or a write: bytes of a program, or of
 * the kernel itself. */
#pragma once

#include "lib/types.h"

struct uvm;

struct uio {
	struct uvm *uvm; /* NULL: addr is an address of the kernel */
	uint64 addr;     /* of the next byte */
	uint64 left;     /* bytes still to go */
};

static inline struct uio uio_user(struct uvm *uvm, uint64 va, uint64 n)
{
	return (struct uio){ .uvm = uvm, .addr = va, .left = n };
}

static inline struct uio uio_kernel(void *buf, uint64 n)
{
	return (struct uio){ .addr = (uint64)buf, .left = n };
}

/* Move n bytes, at most uio->left, and step forward. Returns 0, or the error of
 * copyout() or copyin(); then the uio has not moved. */
int uio_put(struct uio *uio, const void *src, uint64 n);
int uio_get(struct uio *uio, void *dst, uint64 n);
