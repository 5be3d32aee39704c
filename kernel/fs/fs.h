/* kernel/fs/fs.h: the file system as a whole. */
#pragma once

/* Mount the file system: read the superblock and finish what a power cut has
 * interrupted. Sleeps, so the first process calls it. Returns 0; or an error,
 * after printing a line that says what is wrong with the disk. */
int fs_mount(void);

/* Write everything to the disk. Returns 0 or an error. */
int fs_sync(void);
