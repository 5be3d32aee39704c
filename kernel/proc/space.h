/* kernel/proc/space.h: work on whole address spaces.
 *
 * The work takes longer the larger the program is. So each function does it one
 * stretch at a time and gives way in between (proc/sleep.h). The caller must
 * not hold a spinlock. */
#pragma once

#include "lib/types.h"

struct uvm;

/* Map cleared pages as uvm_alloc() does. Returns 0, -ENOMEM or -EINTR; after a
 * failure some of the pages may be mapped. */
int space_alloc(struct uvm *uvm, uint64 start, uint64 end, uint64 rights);

/* Move the end of the running process's heap by `delta` bytes. Returns the old
 * end; or an error of uvm_sbrk(), with the end where it was; or -EINTR. */
long space_sbrk(struct uvm *uvm, int64 delta);

/* Destroy an address space that no hart uses any more. */
void space_drop(struct uvm *uvm);
