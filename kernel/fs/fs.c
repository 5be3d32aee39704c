/* kernel/fs/fs.c: the file system as a whole. */
#include "fs/fs.h"

#include "abi/errno.h"
#include "fs/alloc.h"
#include "fs/inode.h"
#include "fs/journal.h"
#include "fs/name.h"
#include "fs/super.h"
#include "lib/printf.h"
#include "lib/string.h"

struct superblock super;

static bool follows(struct fs_region region, struct fs_region before)
{
	return region.blocks > 0 &&
	       (uint64)region.start == (uint64)before.start + before.blocks;
}

/* Whether the regions are in the right order and large enough. */
static bool is_sound(const struct superblock *sb)
{
	const struct fs_region first = { .start = 0, .blocks = 1 };
	const struct fs_region end = { .start = sb->nblocks, .blocks = 1 };

	return sb->nblocks <= NBLOCKS_MAX && follows(sb->journal, first) &&
	       follows(sb->inodes, sb->journal) &&
	       follows(sb->bitmap, sb->inodes) &&
	       follows(sb->data, sb->bitmap) && follows(end, sb->data) &&
	       sb->bitmap.blocks <= BITMAP_BLOCKS_MAX &&
	       sb->bitmap.blocks * BITS_PER_BLOCK >= sb->nblocks &&
	       sb->journal.blocks >= JOURNAL_BLOCKS_MIN &&
	       sb->journal.blocks <= 1 + JOURNAL_SLOTS_MAX &&
	       sb->ninodes > ROOT_INUM && sb->ninodes <= INODES_MAX &&
	       sb->inodes.blocks >=
		       (sb->ninodes + INODES_PER_BLOCK - 1) / INODES_PER_BLOCK;
}

/* Returns NULL, or a message that says what is wrong with the superblock. */
static const char *read_superblock(void)
{
	struct buf *buf;

	if (virtio_blk_blocks() == 0)
		return "no disk";
	if (block_get(0, &buf) != 0)
		return "the superblock cannot be read";
	memcpy(&super, buf->data, sizeof(super));
	block_put(buf);
	if (super.magic != FS_MAGIC)
		return "no Calf file system";
	if (super.version != FS_VERSION || super.block_size != BLOCK_SIZE)
		return "a version of the file system that is not ours";
	if (!is_sound(&super))
		return "the superblock is damaged";
	if (super.nblocks > virtio_blk_blocks())
		return "the disk is smaller than the file system";
	return NULL;
}

/* Free the files that were open without a name when the power failed, before
 * their last inode_put(). */
static void reap_orphans(void)
{
	for (uint32 number = ROOT_INUM + 1; number < super.ninodes; number++) {
		struct inode *ip;
		struct buf *buf;

		if (block_get(inode_block(number), &buf) != 0)
			continue;
		const struct disk_inode *inode =
			inode_in_block(buf->data, number);
		bool is_orphan = inode->type != 0 && inode->nlink == 0;

		block_put(buf);
		if (is_orphan && inode_open(number, &ip) == 0)
			inode_put(ip);
	}
}

static const char *mount(void)
{
	int nbufs = block_cache_init();

	if (nbufs < 0)
		return "too little memory for the block cache";
	const char *problem = read_superblock();

	if (problem != NULL)
		return problem;
	inode_init();
	alloc_init();
	name_init();
	int error = journal_open((uint32)nbufs);

	if (error != 0)
		return error == -ENOMEM ? "too few buffers for this disk"
					: "the journal cannot be finished";
	struct inode *root;

	if (inode_open(ROOT_INUM, &root) != 0)
		return "the root directory is damaged";
	inode_put(root);
	reap_orphans();
	return NULL;
}

int fs_mount(void)
{
	const char *problem = mount();

	if (problem == NULL)
		return 0;
	kprintf("file system: %s\n", problem);
	return -EIO;
}

int fs_sync(void)
{
	return journal_commit();
}
