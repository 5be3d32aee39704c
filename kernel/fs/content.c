/* kernel/fs/content.c: the contents of files. */
#include "abi/errno.h"
#include "dev/ipi.h"
#include "fs/inode.h"
#include "fs/journal.h"
#include "fs/map.h"
#include "fs/piece.h"
#include "lib/string.h"
#include "mm/shared.h"

static uint64 piece_at(const struct uio *uio, uint64 offset)
{
	return uio_piece(uio, BLOCK_SIZE - offset % BLOCK_SIZE);
}

/* ---- reading ---- */

static int read_piece(struct inode *ip, struct uio *dst, uint64 offset,
		      uint64 n) REQUIRES(ip->lock)
{
	static const uint8 zeros[BLOCK_SIZE];
	struct buf *buf;
	uint32 block;
	int error = map_find(ip, (uint32)(offset / BLOCK_SIZE), &block);

	if (error != 0)
		return error;
	if (block == 0)
		return uio_put(dst, zeros, n);
	error = block_get(block, &buf);
	if (error != 0)
		return error;
	error = uio_put(dst, (char *)buf->data + offset % BLOCK_SIZE, n);
	block_put(buf);
	return error;
}

long inode_read(struct inode *ip, struct uio *dst, uint64 offset)
{
	uint64 end = MIN(ip->size, offset + dst->left);
	uint64 at = offset;

	if (is_synth(ip))
		return synth->read(ip->number, dst, offset);
	while (at < end) {
		uint64 n = MIN(piece_at(dst, at), end - at);
		int error = read_piece(ip, dst, at, n);

		if (error != 0)
			return at > offset ? (long)(at - offset) : error;
		at += n;
	}
	return (long)(at - offset);
}

/* Whether a block has only zeros from `end` on. */
static bool is_zero_after(const void *block, uint64 end)
{
	const uint8 *bytes = block;
	const uint64 *words = block;
	uint64 bits = 0;

	for (; end % sizeof(*words) != 0; end++)
		bits |= bytes[end];
#pragma GCC unroll 8
	for (uint64 i = end / sizeof(*words); i < BLOCK_SIZE / sizeof(*words);
	     i++)
		bits |= words[i];
	return bits == 0;
}

int inode_lend(struct inode *ip, uint64 offset, uint64 count, void **frame)
{
	struct buf *buf;
	uint32 block;
	int error = map_find(ip, (uint32)(offset / BLOCK_SIZE), &block);

	*frame = NULL;
	if (error != 0 || block == 0)
		return error;
	error = block_get(block, &buf);
	if (error != 0)
		return error;
	if (is_zero_after(buf->data, count))
		*frame = block_lend(buf);
	block_put(buf);
	return 0;
}

/* ---- writing ---- */

/* A process that starts the program meanwhile reads it after this change: it
 * needs the lock for that. */
static bool program_runs(const struct inode *ip) REQUIRES(ip->lock)
{
	return __atomic_load_n(&ip->runs, __ATOMIC_ACQUIRE) != 0;
}

/* Take these bytes of the file from processes that share them, because other
 * blocks will be there. A process that maps the file meanwhile fetches its
 * pages after this change: it needs the lock for that. */
static void unmap_shared(const struct inode *ip, uint64 start, uint64 end)
	REQUIRES(ip->lock)
{
	if (__atomic_load_n(&ip->shared, __ATOMIC_ACQUIRE) != 0)
		shared_unmap(ip, start, end, ipi_fence_user);
}

static int fill_hole(struct inode *ip, uint32 index, uint32 *block)
	REQUIRES(ip->lock)
{
	unmap_shared(ip, (uint64)index * BLOCK_SIZE,
		     ((uint64)index + 1) * BLOCK_SIZE);
	return map_make(ip, index, block);
}

/* Add a block to the file, but only if the source can be read: no block is
 * added for bytes that the program does not have. */
static int add_block(struct inode *ip, const struct uio *src, uint32 index,
		     uint32 *block) REQUIRES(ip->lock)
{
	struct uio first = *src;
	uint8 byte;
	int error = uio_get(&first, &byte, 1);

	return error != 0 ? error : fill_hole(ip, index, block);
}

/* Find the block, and if there is a hole, fill it for a store. */
static int find_shared(struct inode *ip, uint32 index, bool stores,
		       uint32 *block) REQUIRES(ip->lock)
{
	int error = map_find(ip, index, block);

	if (error != 0 || *block != 0 || !stores)
		return error;
	error = fill_hole(ip, index, block);
	inode_update(ip);
	return error;
}

int inode_share(struct inode *ip, uint64 offset, bool stores, struct buf **out)
{
	uint32 block;
	int error =
		find_shared(ip, (uint32)(offset / BLOCK_SIZE), stores, &block);

	*out = NULL;
	if (error != 0 || block == 0)
		return error;
	error = block_get(block, out);
	if (error != 0)
		return error;
	error = block_share(*out);
	if (error != 0)
		block_put(*out);
	return error;
}

/* Get the buffer of the block to write to. */
static int block_to_write(struct inode *ip, const struct uio *src, uint32 index,
			  struct buf **out) REQUIRES(ip->lock)
{
	uint32 block;
	int error = map_find(ip, index, &block);

	if (error != 0)
		return error;
	if (block == 0) {
		error = add_block(ip, src, index, &block);
		if (error != 0)
			return error;
	}
	return block_get(block, out);
}

static int write_piece(struct inode *ip, struct uio *src, uint64 offset,
		       uint64 n) REQUIRES(ip->lock)
{
	struct buf *buf;
	int error =
		block_to_write(ip, src, (uint32)(offset / BLOCK_SIZE), &buf);

	if (error != 0)
		return error;
	error = block_own(buf);
	if (error == 0)
		error = uio_get(src, (char *)buf->data + offset % BLOCK_SIZE,
				n);
	if (error == 0)
		journal_write(buf);
	block_put(buf);
	return error;
}

/* A program may have stored to the bytes after the end of the file in its last
 * block. They become part of the file now, so they must be zeros. */
static int clear_after_end(struct inode *ip) REQUIRES(ip->lock)
{
	uint64 end = ip->size % BLOCK_SIZE;
	struct buf *buf;
	uint32 block;
	int error = map_find(ip, (uint32)(ip->size / BLOCK_SIZE), &block);

	if (error != 0 || block == 0)
		return error;
	error = block_get(block, &buf);
	if (error != 0)
		return error;
	if (!is_zero_after(buf->data, end)) {
		error = block_own(buf);
		if (error == 0) {
			memset((char *)buf->data + end, 0, BLOCK_SIZE - end);
			journal_write(buf);
		}
	}
	block_put(buf);
	return error;
}

long inode_write(struct inode *ip, struct uio *src, uint64 offset)
{
	uint64 at = offset;
	int error = 0;

	if (program_runs(ip))
		return -ETXTBSY;
	if (offset > ip->size && ip->size % BLOCK_SIZE != 0)
		error = clear_after_end(ip);
	if (error != 0)
		return error;
	while (src->left > 0) {
		uint64 n = MIN(piece_at(src, at), FILE_SIZE_MAX - at);

		error = n == 0 ? -EFBIG : write_piece(ip, src, at, n);
		if (error != 0)
			break;
		at += n;
		error = src->left > 0 ? give_way() : 0;
		if (error != 0)
			break;
	}
	if (at > offset)
		ip->size = MAX(ip->size, at);
	inode_update(ip);
	return at > offset ? (long)(at - offset) : error;
}

int inode_truncate(struct inode *ip)
{
	int error = program_runs(ip) ? -ETXTBSY : map_check(ip);

	if (error != 0)
		return error;
	unmap_shared(ip, 0, FILE_SIZE_MAX);
	error = map_clear(ip);
	ip->size = 0;
	inode_update(ip);
	return error;
}
