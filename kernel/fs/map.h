/* kernel/fs/map.h: map the blocks of a file to blocks of the disk. */
#pragma once

#include "fs/inode.h"

/* Find block `index` of the file: *block, or 0 for a hole. -EIO. */
int map_find(struct inode *ip, uint32 index, uint32 *block) REQUIRES(ip->lock);

/* The same, but put a block of zeros into a hole; only within an operation. The
 * caller must update the inode, even after an error. -ENOSPC, -EIO. */
int map_make(struct inode *ip, uint32 index, uint32 *block) REQUIRES(ip->lock);

/* Check that everything that map_clear() has to read can be read: 0 or -EIO. */
int map_check(struct inode *ip) REQUIRES(ip->lock);

/* Free all blocks, after map_check() has succeeded; only within an operation.
 * The caller must update the inode. -EIO if the map is damaged; its valid
 * blocks are freed nevertheless. */
int map_clear(struct inode *ip) REQUIRES(ip->lock);
