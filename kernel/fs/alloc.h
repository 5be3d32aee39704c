/* kernel/fs/alloc.h: which blocks and inode numbers are free.
 *
 * All of it within an operation of the journal. */
#pragma once

#include "abi/fs.h"
#include "lib/types.h"

void alloc_init(void);

/* n blocks with unknown contents into blocks[], or none: -ENOSPC, -EIO. */
int alloc_blocks(uint32 *blocks, uint32 n);

/* Free those that are not 0. -EIO when some of them cannot be or are free
 * already; the others are freed all the same. */
int free_blocks(const uint32 *blocks, uint32 n);

/* A free inode of the disk becomes *fresh; -ENOSPC, -EIO. */
int alloc_inode(const struct disk_inode *fresh, uint32 *number);

void free_inode(uint32 number);

/* Which block of the disk has the inode, and where in the block it is. */
uint32 inode_block(uint32 number);
struct disk_inode *inode_in_block(void *block, uint32 number);
