/* kernel/fs/file.c: open files.
 *
 * A struct file is shared by all descriptors that were copied from one. Only
 * its offset changes. For a file, that is under the lock of the inode, so that
 * a transfer and the change of the offset are atomic. For a device it is an
 * atomic addition, because a read may wait for ever. */
#include "fs/file.h"

#include "abi/errno.h"
#include "abi/fcntl.h"
#include "dev/device.h"
#include "fs/entry.h"
#include "fs/filemap.h"
#include "fs/inode.h"
#include "fs/journal.h"
#include "fs/name.h"
#include "fs/path.h"
#include "fs/pipe.h"
#include "fs/super.h"
#include "mm/pool.h"
#include "mm/usercopy.h"

#define ACCESS_MODE (O_WRONLY | O_RDWR)
#define READ_MAX (256UL << 10) /* bytes read with the inode locked */

static struct pool file_pool = POOL(file_pool, sizeof(struct file), "file");

static int file_alloc(enum file_kind kind, struct file **out)
{
	struct file *file = pool_zalloc(&file_pool);

	if (file == NULL)
		return -ENOMEM;
	file->refs = 1;
	file->kind = kind;
	*out = file;
	return 0;
}

struct file *file_get(struct file *file)
{
	__atomic_fetch_add(&file->refs, 1, __ATOMIC_RELAXED);
	return file;
}

void file_put(struct file *file)
{
	if (__atomic_fetch_sub(&file->refs, 1, __ATOMIC_ACQ_REL) > 1)
		return;

	/* Free it first: whoever is woken by the end of a pipe may count the
	 * frames that are in use. */
	struct file last = *file;

	pool_free(&file_pool, file);
	if (last.kind != FILE_PIPE)
		inode_put(last.ip);
	else if (last.writable)
		pipe_close_writer(last.pipe);
	else
		pipe_close_reader(last.pipe);
}

/* ---- opening ---- */

/* Find the file at `path`, or create it if O_CREATE is set. Other processes may
 * create or unlink it between the two steps; then start again. path_lookup()
 * sees to it that the process can be killed meanwhile. */
static int find_or_create(struct inode *cwd, const char *path, int flags,
			  struct inode **out)
{
	for (int i = 0; i < TRIES_MAX; i++) {
		int error = path_lookup(cwd, path, out);

		if (error == -ENOENT && flags & O_CREATE)
			error = name_create(cwd, path, T_FILE, 0, 0, out);
		if (error != -EEXIST)
			return error;
	}
	return -EBUSY;
}

static int truncate(struct inode *ip)
{
	int error = journal_begin(credits_free());

	if (error != 0)
		return error;
	error = inode_lock_killable(ip);
	if (error != 0)
		goto end;
	error = inode_truncate(ip);
	inode_unlock(ip);
end:
	journal_end(credits_free());
	return error;
}

/* Do what the flags demand of this kind of inode. */
static int open_as(struct file *file, struct inode *ip, int flags)
{
	const int changes = ACCESS_MODE | O_CREATE | O_TRUNC;

	if (ip->type == T_DIR && flags & changes)
		return -EISDIR;
	if (is_synth(ip) && flags & (ACCESS_MODE | O_TRUNC))
		return -EACCES;
	if (ip->type == T_DEVICE) {
		file->kind = FILE_DEVICE;
		file->device = device_find(ip->major);
		return file->device == NULL ? -ENODEV : 0;
	}
	return flags & O_TRUNC ? truncate(ip) : 0;
}

int file_open(struct inode *cwd, const char *path, int flags, struct file **out)
{
	int mode = flags & ACCESS_MODE;
	struct file *file;

	if (mode == ACCESS_MODE)
		return -EINVAL;
	int error = file_alloc(FILE_INODE, &file);

	if (error != 0)
		return error;
	file->readable = mode != O_WRONLY;
	file->writable = mode != O_RDONLY;
	file->append = flags & O_APPEND;
	error = find_or_create(cwd, path, flags, &file->ip);
	if (error != 0) {
		pool_free(&file_pool, file);
		return error;
	}
	error = open_as(file, file->ip, flags);
	if (error != 0)
		file_put(file);
	else
		*out = file;
	return error;
}

int file_pipe(struct file *end[2])
{
	int error = file_alloc(FILE_PIPE, &end[0]);

	if (error != 0)
		return error;
	error = file_alloc(FILE_PIPE, &end[1]);
	if (error != 0)
		goto free_first;
	error = pipe_open(&end[0]->pipe);
	if (error != 0)
		goto free_second;
	end[1]->pipe = end[0]->pipe;
	end[0]->readable = true;
	end[1]->writable = true;
	return 0;

free_second:
	pool_free(&file_pool, end[1]);
free_first:
	pool_free(&file_pool, end[0]);
	return error;
}

/* ---- reading and writing ---- */

/* Read one part with the inode locked. */
static long read_some(struct file *file, struct uio *dst)
{
	struct uio part = *dst;

	part.left = MIN(part.left, READ_MAX);
	uio_fetch(&part, true);
	long n = inode_lock_killable(file->ip);

	if (n != 0)
		return n;
	n = inode_read(file->ip, &part, file->offset);
	if (n > 0) {
		file->offset += (uint64)n;
		dst->addr += (uint64)n;
		dst->left -= (uint64)n;
	}
	inode_unlock(file->ip);
	return n;
}

/* Whether to go on after a part of a transfer that came to `n` bytes or to an
 * error. A commit may have taken the right to store to a page in the middle of
 * it (fs/journal.c). If nothing was moved at all, the program makes its call
 * again. */
static bool was_interrupted(const struct uio *uio, uint64 wanted, long n)
{
	if (!uio_may_wait(uio) || uio->left == wanted)
		return false;
	return n > 0 || (n == -EFETCH && uio_fetch_awaited(uio));
}

/* Read in parts. A part that is not full is the last one. */
static long read_inode(struct file *file, struct uio *dst)
{
	uint64 wanted = dst->left;
	long n = read_some(file, dst);

	while (dst->left > 0 &&
	       (n == (long)READ_MAX || was_interrupted(dst, wanted, n))) {
		n = give_way();
		if (n == 0)
			n = read_some(file, dst);
	}
	return dst->left < wanted ? (long)(wanted - dst->left) : n;
}

static long read_device(struct file *file, struct uio *dst)
{
	uint64 offset = __atomic_load_n(&file->offset, __ATOMIC_RELAXED);
	long n = file->device->read(dst, offset);

	if (n > 0)
		__atomic_fetch_add(&file->offset, (uint64)n, __ATOMIC_RELAXED);
	return n;
}

long file_read(struct file *file, struct uio *dst)
{
	if (!file->readable)
		return -EBADF;
	switch (file->kind) {
	case FILE_PIPE:
		return pipe_read(file->pipe, dst);
	case FILE_DEVICE:
		return read_device(file, dst);
	default:
		return read_inode(file, dst);
	}
}

/* Write as much as fits into one operation of the journal. */
static long write_some(struct file *file, struct uio *src)
{
	uint64 most = credits_to_bytes(journal_capacity());
	struct uio part = *src;

	part.left = MIN(part.left, most);
	uint32 credits = credits_write(part.left);
	long n = journal_begin(credits);

	if (n != 0)
		return n;
	n = inode_lock_killable(file->ip);
	if (n != 0)
		goto end;
	if (file->append)
		file->offset = file->ip->size;
	n = inode_write(file->ip, &part, file->offset);
	if (n > 0) {
		file->offset += (uint64)n;
		src->addr += (uint64)n;
		src->left -= (uint64)n;
	}
	inode_unlock(file->ip);
end:
	journal_end(credits);
	return n;
}

/* Not inlined: otherwise file_write() would save registers for it, even for
 * pipes. */
static __attribute__((noinline)) long write_inode(struct file *file,
						  struct uio *src)
{
	uint64 wanted = src->left;
	long n = 0;

	while (src->left > 0 && (n >= 0 || was_interrupted(src, wanted, n))) {
		n = write_some(file, src);
		if (n >= 0 && src->left > 0)
			n = give_way();
	}
	return src->left < wanted ? (long)(wanted - src->left) : n;
}

long file_write(struct file *file, struct uio *src)
{
	if (!file->writable)
		return -EBADF;
	uio_fetch(src, false);
	switch (file->kind) {
	case FILE_PIPE:
		return pipe_write(file->pipe, src);
	case FILE_DEVICE:
		return file->device->write(src);
	default:
		return write_inode(file, src);
	}
}

/* ---- seeking, status ---- */

/* The offset that `whence` refers to, or -EINVAL. */
static long seek_base(const struct file *file, int whence)
	REQUIRES(file->ip->lock)
{
	switch (whence) {
	case SEEK_SET:
		return 0;
	case SEEK_CUR:
		return (long)file->offset;
	case SEEK_END:
		return (long)file->ip->size;
	default:
		return -EINVAL;
	}
}

long file_seek(struct file *file, long offset, int whence)
{
	if (file->kind != FILE_INODE)
		return -ESPIPE;
	long to = inode_lock_killable(file->ip);

	if (to != 0)
		return to;
	to = seek_base(file, whence);

	if (to >= 0 && __builtin_add_overflow(to, offset, &to))
		to = -EINVAL;
	if (to > (long)FILE_SIZE_MAX)
		to = -EINVAL;
	if (to >= 0)
		file->offset = (uint64)to;
	inode_unlock(file->ip);
	return to >= 0 ? to : -EINVAL;
}

int file_stat(struct file *file, struct stat *st)
{
	if (file->kind == FILE_PIPE)
		return -EINVAL;
	return inode_stat(file->ip, st);
}
