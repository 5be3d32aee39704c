/* user/bin/cowdemo/large.h: a large process runs a small program. */
#pragma once

/* `cowdemo large`: show under which policies a process that uses most of memory
 * can fork. Needs a kernel that has such policies. */
void large_run(void);
