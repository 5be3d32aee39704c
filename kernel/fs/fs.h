/* kernel/fs/fs.h: the file system as a whole. */
#pragma once

/* Read the superblock, finish what a power cut interrupted, and be ready.
 * Sleeps, so it is called by the first process. When there is no sound file
 * system on the disk it says so in one line; returns 0 or an error. */
int fs_mount(void);

/* Everything written so far is on the disk when this returns; 0 or an error. */
int fs_sync(void);
