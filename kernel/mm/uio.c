/* kernel/mm/uio.c: the memory that a read or a write transfers to or from. */
#include "mm/uio.h"

#include "lib/panic.h"
#include "lib/string.h"
#include "mm/usercopy.h"

static void uio_advance(struct uio *uio, uint64 n)
{
	uio->addr += n;
	uio->left -= n;
}

int uio_put(struct uio *uio, const void *src, uint64 n)
{
	ASSERT(n <= uio->left, "a transfer stays within its memory");
	if (uio->uvm == NULL) {
		memcpy((void *)uio->addr, src, n);
	} else {
		int error = copyout(uio->uvm, uio->addr, src, n);

		if (error != 0)
			return error;
	}
	uio_advance(uio, n);
	return 0;
}

int uio_get(struct uio *uio, void *dst, uint64 n)
{
	ASSERT(n <= uio->left, "a transfer stays within its memory");
	if (uio->uvm == NULL) {
		memcpy(dst, (const void *)uio->addr, n);
	} else {
		int error = copyin(uio->uvm, dst, uio->addr, n);

		if (error != 0)
			return error;
	}
	uio_advance(uio, n);
	return 0;
}
