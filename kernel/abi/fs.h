/* kernel/abi/fs.h: the format of the file system on the disk.
 *
 *     block 0      1                                            nblocks
 *     +-----------+---------+----------+--------+---------------+
 *     | superblock| journal | inodes   | bitmap | data          |
 *     +-----------+---------+----------+--------+---------------+
 *
 * All numbers are little-endian. Block 0 is never part of a file, so a block
 * number of 0 means "no block": a hole, which reads as zeros. */
#pragma once

#include "abi/types.h"

#define BLOCK_SIZE 4096U

#define FS_MAGIC 0x31464c4143UL /* "CALF1" */
#define FS_VERSION 1

struct fs_region {
	uint32 start;  /* first block */
	uint32 blocks; /* how many; not 0 */
};

/* Block 0. The regions follow each other without gaps up to nblocks. */
struct superblock {
	uint64 magic;
	uint32 version;
	uint32 block_size;
	uint32 nblocks; /* in the whole file system, including this one */
	uint32 ninodes; /* inode numbers 0 .. ninodes - 1; 0 is never used */
	struct fs_region journal;
	struct fs_region inodes;
	struct fs_region bitmap; /* a bit for each block; 1: in use */
	struct fs_region data;
};

/* The journal is a header and the blocks of one transaction. If the header's
 * magic and checksum are right and count is not 0, the transaction is complete,
 * and slot i (block journal.start + 1 + i) must be copied to block home[i]. If
 * a power cut tears the header while it is written, the checksum is wrong and
 * the journal counts as empty. */
#define JOURNAL_MAGIC 0x4c4f474cU
#define JOURNAL_SLOTS_MAX 1020
#define JOURNAL_BLOCKS_MIN 64 /* including the header */

struct journal_header {
	uint32 magic;
	uint32 count;    /* slots in use, at most journal.blocks - 1 */
	uint64 checksum; /* journal_checksum() of count and home[] */
	uint32 home[JOURNAL_SLOTS_MAX];
};

/* The FNV-1a hash, by words, of count and the used part of home[]. */
static inline uint64 journal_checksum(const struct journal_header *header)
{
	uint64 sum = (0xcbf29ce484222325UL ^ header->count) * 0x100000001b3UL;

	for (uint32 i = 0; i < header->count && i < JOURNAL_SLOTS_MAX; i++)
		sum = (sum ^ header->home[i]) * 0x100000001b3UL;
	return sum;
}

/* An inode. map[] maps the blocks of the file to blocks of the disk: the first
 * NDIRECT directly, the next NINDIRECT through a block of block numbers, and
 * the rest through a block of the numbers of such blocks. */
#define NDIRECT 10U
#define NINDIRECT (BLOCK_SIZE / 4U)
#define MAP_INDIRECT NDIRECT
#define MAP_DOUBLE (NDIRECT + 1)

struct disk_inode {
	int16 type;   /* T_DIR, T_FILE, T_DEVICE (abi/stat.h); 0: free */
	int16 nlink;  /* number of names, see below */
	uint16 major; /* of a device */
	uint16 minor;
	uint64 size; /* in bytes */
	uint32 map[NDIRECT + 2];
};

#define INODES_PER_BLOCK (BLOCK_SIZE / 64U)
#define INODES_MAX 65536U /* a directory entry has 16 bits for the number */
#define ROOT_INUM 1U      /* inode of the root directory */

/* The entries "." and ".." are not counted: a directory has nlink 1, or 0 after
 * it was removed while still open. The root counts as having a name. An inode
 * that has a type and nlink 0 is freed at mount. */
#define NLINK_MAX 32767

#define FILE_BLOCKS_MAX (NDIRECT + NINDIRECT + NINDIRECT * NINDIRECT)
#define FILE_SIZE_MAX ((uint64)FILE_BLOCKS_MAX * BLOCK_SIZE)

/* A directory is a file of such entries; one with inum 0 is free. The first two
 * are "." and "..", which in the root both name the root. */
#define NAME_LEN 14
#define DIR_SIZE_MAX ((NDIRECT + NINDIRECT) * BLOCK_SIZE)

struct dirent {
	uint16 inum;
	char name[NAME_LEN]; /* padded with NULs, if it is shorter */
};

/* One transaction can change the whole bitmap. */
#define BITS_PER_BLOCK (BLOCK_SIZE * 8)
#define BITMAP_BLOCKS_MAX 32U
#define NBLOCKS_MAX (BITMAP_BLOCKS_MAX * BITS_PER_BLOCK)
