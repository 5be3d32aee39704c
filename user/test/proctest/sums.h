/* user/test/proctest/sums.h: check that the figures of /proc add up. */
#pragma once

#define REST "/tmp/proctest.rest" /* what compare_rest() found first */

/* Check that the parts of a process add up to its totals, and to `pages` unless
 * that is negative. */
void check_mappings(int pid, long pages);

/* Check that the PSS of so many sleeping processes of that name adds up. Nobody
 * else may share their frames. */
void check_sums(const char *name, long processes);

/* Check that the number of the kernel's own frames is as it was at the first
 * call, which any process may have made. */
void compare_rest(void);
