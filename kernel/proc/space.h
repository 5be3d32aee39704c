/* kernel/proc/space.h: operations on whole address spaces.
 *
 * The larger the program, the longer they take. So each function works on one
 * stretch of addresses at a time and gives way in between (proc/sleep.h). The
 * caller must not hold a spinlock. */
#pragma once

#include "lib/types.h"

struct uvm;

/* Move the end of the running process's heap by `delta` bytes. Returns the old
 * end; or, with the end unchanged, an error of uvm_sbrk() or -EINTR. */
long space_sbrk(struct uvm *uvm, int64 delta);

/* Take [start, end), page-aligned, from the running process, like uvm_munmap().
 * Returns 0; -ENOMEM with nothing changed; or -EINTR, and then it ends. */
int space_munmap(struct uvm *uvm, uint64 start, uint64 end);

/* Drop the pages of [start, end), page-aligned, like uvm_forget(). Returns 0 or
 * -EINTR. */
int space_forget(struct uvm *uvm, uint64 start, uint64 end);

/* Change the rights of [start, end), page-aligned and promised, like
 * uvm_mprotect(). Returns 0; -ENOMEM, and if that is because of the policy, the
 * beginning may have changed; or -EINTR. */
int space_mprotect(struct uvm *uvm, uint64 start, uint64 end, uint64 rights);

/* Give the empty address space `child` the memory of the running process,
 * `parent`: uvmcopy() for all of it. Returns 0, -ENOMEM or -EINTR; after a
 * failure the child may have some of it. */
int space_copy(struct uvm *child, struct uvm *parent);

/* Destroy an address space that no hart uses any more. */
void space_drop(struct uvm *uvm);
