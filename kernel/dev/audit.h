/* kernel/dev/audit.h: recount everything while nothing moves. */
#pragma once

/* Returns 0; or -EIO, after a line that says which invariant does not hold. The
 * caller holds no spinlock. */
int audit(void);
