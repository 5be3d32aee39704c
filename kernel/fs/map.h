/* kernel/fs/map.h: from the blocks of a file to blocks of the disk. */
#pragma once

#include "fs/inode.h"

/* Where block `index` of the file is: *block, 0 for a hole. -EIO. */
int map_find(struct inode *ip, uint32 index, uint32 *block) REQUIRES(ip->lock);

/* The same, but a hole gets a block of zeros; within an operation. The caller
 * updates the inode, also after an error. -ENOSPC, -EIO. */
int map_make(struct inode *ip, uint32 index, uint32 *block) REQUIRES(ip->lock);

/* Check that all that map_clear() has to read can be read: 0 or -EIO. */
int map_check(struct inode *ip) REQUIRES(ip->lock);

/* Free all blocks, after map_check() has succeeded; within an operation. The
 * caller updates the inode. -EIO if the map is damaged; the blocks that it does
 * have are freed. */
int map_clear(struct inode *ip) REQUIRES(ip->lock);
