/* kernel/fs/filemap.c: files as sources of pages.
 *
 * A program maps the frames of the block cache if the cache can lend them.
 * Otherwise, or if it must not see the whole block, it gets a copy. */
#include "fs/filemap.h"

#include "abi/errno.h"
#include "abi/stat.h"
#include "fs/file.h"
#include "fs/inode.h"
#include "fs/journal.h"
#include "fs/super.h"
#include "lib/string.h"
#include "mm/fault.h"
#include "mm/frame.h"
#include "mm/pool.h"
#include "mm/shared.h"
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

/* Map the page for loads. */
static int file_fetch(struct page_source *source, struct uvm *uvm, uint64 va,
		      enum access access)
{
	struct inode *ip = file_source_of(source)->ip;
	void *frame;

	(void)access;
	sleeplocks_check_none();

	int error = inode_lock_killable(ip);

	if (error != 0)
		return error;
	error = find_page(ip, source_offset(source, va), &frame);
	inode_unlock(ip);
	if (error != 0)
		return error;
	if (uvm_map(uvm, va, frame))
		return 0;
	frame_put(frame);
	return -ENOMEM;
}

/* Map the page for all to share. */
static int share_page(struct inode *ip, struct uvm *uvm, uint64 va,
		      uint64 offset, bool stores) REQUIRES(ip->lock)
{
	struct buf *buf;

	if (offset >= ip->size)
		return -EFAULT;

	int error = inode_share(ip, offset, stores, &buf);

	if (error != 0)
		return error;
	if (buf == NULL)
		return shared_map(uvm, va, zero_frame, false);
	if (stores)
		journal_allow_stores(buf);
	error = shared_map(uvm, va, buf->data, stores);
	block_put(buf);
	return error;
}

static int file_fetch_shared(struct page_source *source, struct uvm *uvm,
			     uint64 va, enum access access)
{
	struct inode *ip = file_source_of(source)->ip;
	bool stores = access == ACCESS_STORE;
	uint32 credits = stores ? credits_write(1) : 0;

	sleeplocks_check_none();

	int error = journal_begin(credits);

	if (error != 0)
		return error;
	error = inode_lock_killable(ip);
	if (error == 0) {
		error = share_page(ip, uvm, va, source_offset(source, va),
				   stores);
		inode_unlock(ip);
	}
	journal_end(credits);
	return error;
}

static void file_free(struct page_source *source)
{
	struct inode *ip = file_source_of(source)->ip;

	if (source->is_shared)
		inode_put_shared(ip, source->may_store);
	else
		inode_put(ip);
	pool_free(&source_pool, source);
	block_trim();
}

int file_source(const struct file *file, uint64 offset, bool is_shared,
		struct page_source **out)
{
	if (file->kind != FILE_INODE || file->ip->type != T_FILE ||
	    is_synth(file->ip))
		return -ENODEV;

	struct file_source *made = pool_zalloc(&source_pool);
	int error = 0;

	if (made == NULL)
		return -ENOMEM;
	if (is_shared)
		error = inode_get_shared(file->ip, file->writable);
	else
		inode_get(file->ip);
	if (error != 0) {
		pool_free(&source_pool, made);
		return error;
	}
	made->source = (struct page_source){
		.refs = 1,
		.offset = offset,
		.is_shared = is_shared,
		.may_store = file->writable,
		.file = file->ip,
		.fetch = is_shared ? file_fetch_shared : file_fetch,
		.free = file_free,
	};
	made->ip = file->ip;
	*out = &made->source;
	return 0;
}

/* More might not fit into a transaction, and then fetching the last page would
 * take the right to store from the first one. */
#define STORES_AHEAD 4

void uio_fetch_all(const struct uio *uio, bool stores)
{
	const struct regions *regions = &uio->uvm->regions;
	uint32 ahead = 0;
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

		bool store = stores && region_is_shared(region);

		if (store && ++ahead > STORES_AHEAD)
			return;
		if (va < end &&
		    uvm_fault_in(uio->uvm, va,
				 store ? ACCESS_STORE : ACCESS_LOAD) !=
			    FAULT_FIXED)
			return;
		if (give_way() != 0)
			return;
		va += PGSIZE;
	}
}

bool uio_fetch_awaited(const struct uio *uio)
{
	struct uvm *uvm = uio->uvm;
	enum access access = uvm->awaited_store ? ACCESS_STORE : ACCESS_LOAD;

	return uvm_fault_in(uvm, uvm->awaited, access) == FAULT_FIXED;
}
