/* kernel/mm/usercopy.h: copy bytes between the kernel and a program.
 *
 * The kernel never dereferences a pointer of a program. It looks the bytes up
 * in the page table, and resolves the fault that the program would have
 * taken. */
#pragma once

#include "lib/types.h"

struct uvm;

/* A copy never sleeps. If it needs a page that has to be fetched from a file,
 * it returns -EFETCH, and `awaited` of the address space becomes the address.
 * The caller gives up what it holds and returns the error, and so do its
 * callers. When nothing is held any more, the page is fetched, and the program
 * makes its system call again (trap/syscall.c). So -EFETCH means that nothing
 * has changed yet. A call that would change something before it copies all its
 * bytes has their pages fetched first (fs/filemap.h). */

#define EFETCH 1000 /* not an error of a program (abi/errno.h) */

/* Both return 0; -EFAULT if the program may not read (copyin) or write
 * (copyout) all of the bytes; -ENOMEM if that would need a frame and memory is
 * exhausted; or -EFETCH, see above. After an error, some of the bytes may have
 * been copied. */
int copyout(struct uvm *uvm, uint64 dst_va, const void *src, uint64 n);
int copyin(struct uvm *uvm, void *dst, uint64 src_va, uint64 n);

/* Copy a string with its NUL to dst[0 .. size - 1]. Returns its length without
 * the NUL; -EFAULT, -ENOMEM or -EFETCH as above; or -ENAMETOOLONG if it does
 * not fit. */
long copyinstr(struct uvm *uvm, char *dst, uint64 src_va, uint64 size);
