/* kernel/mm/uio.c: the far end of a read or a write. */
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
	int error = 0;

	ASSERT(n <= uio->left, "no more is moved than was asked for");
	if (uio->uvm != NULL)
		error = copyout(uio->uvm, uio->addr, src, n);
	else
		memcpy((void *)uio->addr, src, n);
	if (error == 0)
		uio_advance(uio, n);
	return error;
}

int uio_get(struct uio *uio, void *dst, uint64 n)
{
	int error = 0;

	ASSERT(n <= uio->left, "no more is moved than was asked for");
	if (uio->uvm != NULL)
		error = copyin(uio->uvm, dst, uio->addr, n);
	else
		memcpy(dst, (const void *)uio->addr, n);
	if (error == 0)
		uio_advance(uio, n);
	return error;
}
