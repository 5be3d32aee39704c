/* kernel/mm/usercopy.c: copy bytes between the kernel and a program. */
#include "mm/usercopy.h"

#include "abi/errno.h"
#include "lib/string.h"
#include "mm/fault.h"
#include "mm/pagetable.h"

/* The error of a copy that needs the page at va. */
static int error_of(struct uvm *uvm, uint64 va, enum access access,
		    enum fault fault) REQUIRES(uvm->lock)
{
	if (fault == FAULT_FETCH) {
		uvm->awaited = va;
		uvm->awaited_store = access == ACCESS_STORE;
		return -EFETCH;
	}
	return fault == FAULT_NOMEM ? -ENOMEM : -EFAULT;
}

/* Make `access` to the program's byte at va possible, and find the byte in the
 * direct map. Returns 0 and *byte, or an error. */
static int user_byte(struct uvm *uvm, uint64 va, enum access access,
		     char **byte) REQUIRES(uvm->lock)
{
	pte_t *pte = va < USER_TOP ? pt_find(uvm->root, va) : NULL;

	if (unlikely(pte == NULL || !pte_allows(*pte, access))) {
		enum fault fault = uvmfault(uvm, va, access);

		if (fault != FAULT_FIXED)
			return error_of(uvm, va, access, fault);
		pte = pt_find(uvm->root, va);
	}
	*byte = (char *)pte_page(*pte) + va % PGSIZE;
	return 0;
}

/* The number of bytes from va to the end of its page, at most n. */
static uint64 bytes_in_page(uint64 va, uint64 n)
{
	return MIN(n, PGSIZE - va % PGSIZE);
}

static int copyout_locked(struct uvm *uvm, uint64 va, const char *src, uint64 n)
	REQUIRES(uvm->lock)
{
	while (n > 0) {
		uint64 piece = bytes_in_page(va, n);
		char *to;
		int error = user_byte(uvm, va, ACCESS_STORE, &to);

		if (error != 0)
			return error;
		memcpy(to, src, piece);
		va += piece;
		src += piece;
		n -= piece;
	}
	return 0;
}

static int copyin_locked(struct uvm *uvm, char *dst, uint64 va, uint64 n)
	REQUIRES(uvm->lock)
{
	while (n > 0) {
		uint64 piece = bytes_in_page(va, n);
		char *from;
		int error = user_byte(uvm, va, ACCESS_LOAD, &from);

		if (error != 0)
			return error;
		memcpy(dst, from, piece);
		va += piece;
		dst += piece;
		n -= piece;
	}
	return 0;
}

int copyout(struct uvm *uvm, uint64 dst_va, const void *src, uint64 n)
{
	spin_acquire(&uvm->lock);
	int error = copyout_locked(uvm, dst_va, src, n);
	spin_release(&uvm->lock);
	return error;
}

int copyin(struct uvm *uvm, void *dst, uint64 src_va, uint64 n)
{
	spin_acquire(&uvm->lock);
	int error = copyin_locked(uvm, dst, src_va, n);
	spin_release(&uvm->lock);
	return error;
}

static long copyinstr_locked(struct uvm *uvm, char *dst, uint64 va, uint64 size)
	REQUIRES(uvm->lock)
{
	uint64 len = 0;

	while (len < size) {
		char *from;
		int error = user_byte(uvm, va + len, ACCESS_LOAD, &from);

		if (error != 0)
			return error;
		uint64 end = len + bytes_in_page(va + len, size - len);

		for (; len < end; len++, from++) {
			dst[len] = *from;
			if (*from == '\0')
				return (long)len;
		}
	}
	return -ENAMETOOLONG;
}

long copyinstr(struct uvm *uvm, char *dst, uint64 src_va, uint64 size)
{
	spin_acquire(&uvm->lock);
	long result = copyinstr_locked(uvm, dst, src_va, size);
	spin_release(&uvm->lock);
	return result;
}
