/* kernel/mm/usercopy.h: copy bytes between the kernel and a program.
 *
 * The kernel never dereferences a pointer of a program. It looks the bytes up
 * in the page table, and resolves the fault that the program would have
 * taken. */
#pragma once

#include "lib/types.h"

struct uvm;

/* Both return 0; -EFAULT if the program may not read (copyin) or write
 * (copyout) all of the bytes; or -ENOMEM if that would need a frame and memory
 * is exhausted. After an error, some of the bytes may have been copied. */
int copyout(struct uvm *uvm, uint64 dst_va, const void *src, uint64 n);
int copyin(struct uvm *uvm, void *dst, uint64 src_va, uint64 n);

/* Copy a string with its NUL to dst[0 .. size - 1]. Returns its length without
 * the NUL; -EFAULT or -ENOMEM as above; or -ENAMETOOLONG if it does not fit. */
long copyinstr(struct uvm *uvm, char *dst, uint64 src_va, uint64 size);
