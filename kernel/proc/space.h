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

/* Give the empty address space `child` the memory of the running process,
 * `parent`: uvmcopy() for all of it. Returns 0, -ENOMEM or -EINTR; after a
 * failure the child may have some of it. */
int space_copy(struct uvm *child, struct uvm *parent);

/* Destroy an address space that no hart uses any more. */
void space_drop(struct uvm *uvm);
