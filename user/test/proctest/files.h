/* user/test/proctest/files.h: file operations on the files of /proc. */
#pragma once

/* Check that the files read the same in pieces of any size, cannot be changed,
 * and disappear with their process. */
void check_files(void);
