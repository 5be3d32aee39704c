/* kernel/fs/alloc.h: allocate blocks and inodes of the disk.
 *
 * Call all of these only within an operation of the journal. */
#pragma once

#include "abi/fs.h"
#include "lib/types.h"

/* [init] Not within an operation. */
void alloc_init(void);

/* Allocate n blocks with undefined contents into blocks[], or none: -ENOSPC,
 * -EIO. */
int alloc_blocks(uint32 *blocks, uint32 n);

/* Free the blocks in blocks[] that are not 0. -EIO if some of them are invalid
 * or already free; the others are freed nevertheless. */
int free_blocks(const uint32 *blocks, uint32 n);

/* Allocate an inode and write *fresh to it. -ENOSPC, -EIO. */
int alloc_inode(const struct disk_inode *fresh, uint32 *number);

void free_inode(uint32 number);

/* The block of the disk that contains an inode, and the inode in that block. */
uint32 inode_block(uint32 number);
struct disk_inode *inode_in_block(void *block, uint32 number);
