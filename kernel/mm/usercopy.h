/* kernel/mm/usercopy.h: bytes between the kernel and a program.
 *
 * The kernel never follows a pointer of a program. It asks the page table where
 * the bytes are, and takes the fault that the program would have taken. */
#pragma once

#include "lib/types.h"

struct uvm;

/* Each returns 0, or -EFAULT when some byte is not the program's to read
 * (copyin) or write (copyout), or -ENOMEM when a page that had to be made could
 * not be; bytes before that one may have been copied. */
int copyout(struct uvm *uvm, uint64 dst_va, const void *src, uint64 n);
int copyin(struct uvm *uvm, void *dst, uint64 src_va, uint64 n);

/* A string with its NUL into dst[0 .. size - 1]. Returns its length without the
 * NUL, -EFAULT as above, -ENAMETOOLONG when it does not fit. */
long copyinstr(struct uvm *uvm, char *dst, uint64 src_va, uint64 size);
