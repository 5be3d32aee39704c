/* kernel/proc/space.h: work on whole address spaces.
 *
 * It may take long, as long as the program is large. So each of these does it a
 * stretch at a time and gives way in between (proc/sleep.h). A caller holds no
 * spinlock. */
#pragma once

#include "lib/types.h"

struct uvm;

/* Map cleared pages as uvm_alloc() does. Returns 0, -ENOMEM or -EINTR; on
 * failure a part may be mapped. */
int space_alloc(struct uvm *uvm, uint64 start, uint64 end, uint64 rights);

/* Move the end of the running process's heap by `delta` bytes. Returns where it
 * was, or the error of uvm_sbrk(), and then it is there again; or -EINTR. */
long space_sbrk(struct uvm *uvm, int64 delta);

/* Destroy an address space that no hart uses any more. */
void space_drop(struct uvm *uvm);
