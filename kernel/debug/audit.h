/* kernel/debug/audit.h: check the invariants of memory while nothing
 * changes. */
#pragma once

/* Stop the other harts, check all frames and all user page tables, and go on.
 * Returns 0, or -EIO after printing the invariant that does not hold. The
 * caller must not hold a spinlock. */
int audit(void);

/* Stop here while another hart audits. A hart calls this where it would take an
 * interrupt: there it holds no spinlock, and no change is half done. */
void audit_rest(void);
