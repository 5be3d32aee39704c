/* kernel/fs/filemap.c: files as sources of pages.
 *
 * A program maps the frames of the block cache if the cache can lend them.
 * Otherwise, or if it must not see the whole block, it gets a copy. */
#include "fs/filemap.h"

#include "abi/errno.h"
#include "abi/stat.h"
#include "fs/file.h"
#include "fs/inode.h"
#include "lib/string.h"
#include "mm/fault.h"
#include "mm/frame.h"
#include "mm/pool.h"
#include "proc/sleep.h"
#include "proc/sleeplock.h"

struct file_source {
	struct page_source source;
	struct inode *ip; /* with a reference */
};

static struct pool source_pool =
	POOL(source_pool, sizeof(struct file_source), "source");

static struct file_source *file_source_of(struct page_source *source)
{
	return (struct file_source *)source;
}

/* Copy `count` bytes of the file into a new frame. */
static int copied_page(struct inode *ip, uint64 offset, uint64 count,
		       void **frame) REQUIRES(ip->lock)
{
	void *copy = kzalloc();
	struct uio uio = uio_kernel(copy, count);

	if (copy == NULL)
		return -ENOMEM;

	long n = inode_read(ip, &uio, offset);

	if (n == (long)count) {
		*frame = copy;
		return 0;
	}
	kfree(copy);
	return n < 0 ? (int)n : -EIO;
}

static int find_page(struct inode *ip, uint64 offset, void **frame)
	REQUIRES(ip->lock)
{
	if (offset >= ip->size)
		return -EFAULT;

	uint64 count = MIN(BLOCK_SIZE, ip->size - offset);
	int error = inode_lend(ip, offset, count, frame);

	if (error != 0 || *frame != NULL)
		return error;
	return copied_page(ip, offset, count, frame);
}

static int file_page(struct page_source *source, uint64 offset, void **frame)
{
	struct inode *ip = file_source_of(source)->ip;

	sleeplocks_check_none();

	int error = inode_lock_killable(ip);

	if (error != 0)
		return error;
	error = find_page(ip, offset, frame);
	inode_unlock(ip);
	return error;
}

static void file_free(struct page_source *source)
{
	inode_put(file_source_of(source)->ip);
	pool_free(&source_pool, source);
}

int file_source(const struct file *file, uint64 offset,
		struct page_source **out)
{
	if (file->kind != FILE_INODE || file->ip->type != T_FILE ||
	    is_synth(file->ip))
		return -ENODEV;

	struct file_source *made = pool_zalloc(&source_pool);

	if (made == NULL)
		return -ENOMEM;
	made->source = (struct page_source){
		.refs = 1,
		.offset = offset,
		.page = file_page,
		.free = file_free,
	};
	made->ip = inode_get(file->ip);
	*out = &made->source;
	return 0;
}

void uio_fetch_all(const struct uio *uio)
{
	const struct regions *regions = &uio->uvm->regions;
	uint64 end = uio->addr + uio->left, va = ROUND_DOWN(uio->addr, PGSIZE);

	while (va < end) {
		const struct region *region = region_next(regions, va);

		if (region == NULL)
			return;
		va = MAX(va, region->start);
		if (region->source == NULL) {
			va = region->end;
			continue;
		}
		if (va < end &&
		    uvm_fault_in(uio->uvm, va, ACCESS_LOAD) != FAULT_FIXED)
			return;
		if (give_way() != 0)
			return;
		va += PGSIZE;
	}
}
