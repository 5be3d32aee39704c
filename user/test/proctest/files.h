/* user/test/proctest/files.h: the files of /proc as files. */
#pragma once

/* They are read the same however they are read, cannot be changed, and go when
 * their process goes. */
void check_files(void);
