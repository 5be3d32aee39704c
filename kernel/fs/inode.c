/* kernel/fs/inode.c: files by number.
 *
 * Each inode in use has one struct inode, in a hash table. inodes.lock guards
 * the table and the reference counts; the sleep lock of an inode guards the
 * rest of it. A caller with the only reference may also read `loaded` and
 * `nlink` under inodes.lock. */
#include "fs/inode.h"

#include "abi/errno.h"
#include "fs/alloc.h"
#include "fs/journal.h"
#include "fs/map.h"
#include "fs/super.h"
#include "lib/string.h"
#include "mm/pool.h"

#define NBUCKETS 64

static struct {
	struct spinlock lock;
	struct list bucket[NBUCKETS]; /* [lock] */
} inodes = {
	.lock = SPINLOCK("inodes"),
};

const struct synth *synth;

static struct pool inode_pool = POOL(inode_pool, sizeof(struct inode), "inode");

void inode_init(void)
{
	for (uint32 i = 0; i < NBUCKETS; i++)
		list_init(&inodes.bucket[i]);
}

/* ---- references ---- */

static struct inode *find_or_add(uint32 number) REQUIRES(inodes.lock)
{
	struct list *bucket = &inodes.bucket[number % NBUCKETS];

	LIST_EACH(link, bucket) {
		struct inode *ip = LIST_ENTRY(link, struct inode, link);

		if (ip->number == number)
			return ip;
	}
	struct inode *fresh = pool_zalloc(&inode_pool);

	if (fresh != NULL) {
		fresh->number = number;
		sleeplock_init(&fresh->lock, "inode");
		lock_set_rank(&fresh->lock.note, number);
		list_push_front(bucket, &fresh->link);
	}
	return fresh;
}

static void drop_locked(struct inode *ip) REQUIRES(inodes.lock)
{
	if (--ip->refs == 0) {
		list_remove(&ip->link);
		pool_free(&inode_pool, ip);
	}
}

static bool is_sound(const struct inode *ip)
{
	if (ip->number == ROOT_INUM && (ip->type != T_DIR || ip->nlink == 0))
		return false;
	switch (ip->type) {
	case T_DIR:
		return ip->nlink >= 0 && ip->size <= DIR_SIZE_MAX &&
		       ip->size % sizeof(struct dirent) == 0;
	case T_FILE:
	case T_DEVICE:
		return ip->nlink >= 0 && ip->size <= FILE_SIZE_MAX;
	default:
		return false;
	}
}

static int load_locked(struct inode *ip) REQUIRES(ip->lock)
{
	struct buf *buf;
	int error = block_get(inode_block(ip->number), &buf);

	if (error != 0)
		return error;
	const struct disk_inode *disk = inode_in_block(buf->data, ip->number);

	ip->type = disk->type;
	ip->major = disk->major;
	ip->minor = disk->minor;
	ip->nlink = disk->nlink;
	ip->size = disk->size;
	memcpy(ip->map, disk->map, sizeof(ip->map));
	block_put(buf);
	return is_sound(ip) ? 0 : -EIO;
}

static int load_synth(struct inode *ip) REQUIRES(ip->lock)
{
	ip->type = ip->number % SYNTH_STEP == 0 ? T_DIR : T_FILE;
	ip->nlink = 1;
	return 0;
}

static int load(struct inode *ip)
{
	int error = inode_lock_killable(ip);

	if (error != 0)
		return error;
	if (!ip->loaded)
		error = is_synth(ip) ? load_synth(ip) : load_locked(ip);
	if (error == 0)
		__atomic_store_n(&ip->loaded, true, __ATOMIC_RELEASE);
	inode_unlock(ip);
	return error;
}

int inode_find(uint32 number, struct inode **out)
{
	if (number == 0 || (number >= super.ninodes && number < SYNTH_TOP))
		return -EIO;
	spin_acquire(&inodes.lock);
	struct inode *ip = find_or_add(number);

	if (ip != NULL)
		ip->refs++;
	spin_release(&inodes.lock);
	if (ip == NULL)
		return -ENOMEM;
	*out = ip;
	return 0;
}

/* If this fails because the process was killed, others may have loaded the
 * inode and removed its last name meanwhile. inode_put() then frees it. */
int inode_load_first(struct inode *ip)
{
	int error = load(ip);

	if (error != 0)
		inode_put(ip);
	return error;
}

int inode_open(uint32 number, struct inode **out)
{
	struct inode *ip;
	int error = inode_find(number, &ip);

	if (error != 0)
		return error;
	error = inode_load(ip);
	if (error != 0)
		return error;
	*out = ip;
	return 0;
}

struct inode *inode_get(struct inode *ip)
{
	spin_acquire(&inodes.lock);
	ip->refs++;
	spin_release(&inodes.lock);
	return ip;
}

struct inode *inode_get_program(struct inode *ip)
{
	__atomic_fetch_add(&ip->runs, 1, __ATOMIC_SEQ_CST);
	return inode_get(ip);
}

void inode_put_program(struct inode *ip)
{
	__atomic_fetch_sub(&ip->runs, 1, __ATOMIC_RELEASE);
	inode_put(ip);
	block_trim();
}

/* Whoever counts itself first and looks at the other count then sees the other
 * one, or is seen by it. */
int inode_get_shared(struct inode *ip, bool stores)
{
	__atomic_fetch_add(&ip->shared, 1, __ATOMIC_SEQ_CST);
	__atomic_fetch_add(&ip->stores, stores, __ATOMIC_SEQ_CST);
	inode_get(ip);
	if (!stores || __atomic_load_n(&ip->runs, __ATOMIC_SEQ_CST) == 0)
		return 0;
	inode_put_shared(ip, stores);
	return -ETXTBSY;
}

void inode_put_shared(struct inode *ip, bool stores)
{
	__atomic_fetch_sub(&ip->stores, stores, __ATOMIC_RELEASE);
	__atomic_fetch_sub(&ip->shared, 1, __ATOMIC_RELEASE);
	inode_put(ip);
}

int inode_check_program(const struct inode *ip)
{
	return __atomic_load_n(&ip->stores, __ATOMIC_SEQ_CST) == 0 ? 0
								   : -ETXTBSY;
}

static void free_locked(struct inode *ip) REQUIRES(ip->lock)
{
	map_clear(ip);
	/* After free_inode() a new file may get this number, and whoever opens
	 * it may find this struct. It must be loaded again then. */
	ip->loaded = false;
	free_inode(ip->number);
}

/* Free a file without names on the disk. If that fails, the next mount tries
 * again. */
static int reap(struct inode *ip)
{
	int error = journal_begin(credits_free());

	if (error != 0)
		return error;
	inode_lock(ip);
	error = map_check(ip);
	if (error == 0)
		free_locked(ip);
	inode_unlock(ip);
	journal_end(credits_free());
	return error;
}

void inode_put(struct inode *ip) UNCHECKED_LOCKING
{
	int error = 0;

	spin_acquire(&inodes.lock);
	/* Repeat if the number was used again meanwhile, for a file that has
	 * lost its names too. If the disk has failed, the next mount does
	 * it. */
	while (ip->refs == 1 && ip->loaded && ip->nlink == 0 && error == 0) {
		spin_release(&inodes.lock);
		error = reap(ip);
		spin_acquire(&inodes.lock);
	}
	drop_locked(ip);
	spin_release(&inodes.lock);
}

/* ---- locks ---- */

void inode_lock(struct inode *ip)
{
	sleeplock_acquire(&ip->lock);
}

int inode_lock_killable(struct inode *ip)
{
	return sleeplock_acquire_killable(&ip->lock);
}

void inode_unlock(struct inode *ip)
{
	sleeplock_release(&ip->lock);
}

static uint32 rank(const struct inode *ip)
{
	return ip == NULL ? 0 : ip->number;
}

static void sort(struct inode **set, uint32 n)
{
	for (uint32 i = 1; i < n; i++) {
		struct inode *ip = set[i];
		uint32 j = i;

		for (; j > 0 && rank(set[j - 1]) > rank(ip); j--)
			set[j] = set[j - 1];
		set[j] = ip;
	}
}

/* Whether set[i] is an inode, and the first of its equals in the sorted set. */
static bool is_first(struct inode *const *set, uint32 i)
{
	return set[i] != NULL && (i == 0 || set[i] != set[i - 1]);
}

int inode_lock_all(struct inode **set, uint32 n) UNCHECKED_LOCKING
{
	sort(set, n);
	for (uint32 i = 0; i < n; i++) {
		if (!is_first(set, i))
			continue;

		int error = inode_lock_killable(set[i]);

		if (error != 0) {
			inode_unlock_all(set, i);
			return error;
		}
	}
	return 0;
}

void inode_unlock_all(struct inode **set, uint32 n) UNCHECKED_LOCKING
{
	for (uint32 i = 0; i < n; i++)
		if (is_first(set, i))
			inode_unlock(set[i]);
}

/* ---- contents of the inode ---- */

/* inode_open() within an operation, in which inode_put() must not be called.
 * Nobody else knows the number yet, so dropping the reference is enough. */
static int open_fresh(uint32 number, struct inode **out)
{
	struct inode *ip;
	int error = inode_find(number, &ip);

	if (error != 0)
		return error;
	error = load(ip);
	if (error == 0) {
		*out = ip;
		return 0;
	}
	spin_acquire(&inodes.lock);
	drop_locked(ip);
	spin_release(&inodes.lock);
	return error;
}

int inode_alloc(int16 type, uint16 major, uint16 minor, struct inode **out)
{
	const struct disk_inode fresh = {
		.type = type,
		.major = major,
		.minor = minor,
	};
	uint32 number;
	int error = alloc_inode(&fresh, &number);

	if (error != 0)
		return error;
	error = open_fresh(number, out);
	if (error != 0)
		free_inode(number);
	return error;
}

void inode_update(struct inode *ip)
{
	struct buf *buf;

	if (block_get(inode_block(ip->number), &buf) != 0) {
		journal_fail();
		return;
	}
	struct disk_inode *disk = inode_in_block(buf->data, ip->number);

	disk->nlink = ip->nlink;
	disk->size = ip->size;
	memcpy(disk->map, ip->map, sizeof(disk->map));
	journal_write(buf);
	block_put(buf);
}

int inode_stat(struct inode *ip, struct stat *st)
{
	int error = inode_lock_killable(ip);

	if (error != 0)
		return error;
	*st = (struct stat){
		.dev = 1,
		.ino = ip->number,
		.type = ip->type,
		.nlink = ip->nlink,
		.size = ip->size,
	};
	inode_unlock(ip);
	return 0;
}
