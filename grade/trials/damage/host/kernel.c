/* grade/trials/damage/host/kernel.c: what kernel/fs needs of the layers below
 * it: one hart, memory of the host, and a disk that is an array.
 *
 * Nobody else runs, so whoever waits waits for ever: that ends the run, as a
 * panic does. */
#include "abi/errno.h"
#include "abi/fs.h"
#include "dev/virtio_blk.h"
#include "fs/fs.h"
#include "lib/panic.h"
#include "lib/string.h"
#include "mm/frame.h"
#include "mm/pool.h"
#include "mm/uio.h"
#include "mm/usercopy.h"
#include "proc/sleeplock.h"

#define FRAMES 4096 /* of RAM: that decides how many buffers there are */
#define REQUESTS_MAX 1000000 /* to the disk: more is an endless loop */

void *aligned_alloc(uint64 alignment, uint64 size);
void *malloc(uint64 size);
void *calloc(uint64 n, uint64 size);
void free(void *memory);
int vprintf(const char *fmt, __builtin_va_list args);
int puts(const char *text);
void abort(void) __attribute__((noreturn));

static struct hart only_hart;
struct hart *hart_in_tp = &only_hart;

static uint8 (*image)[BLOCK_SIZE];
static uint64 image_blocks;
static uint64 nrequests;

int calf_main(void);
int run_on(void *blocks, uint64 nblocks);

/* Mount the image, and run abuse.c on it. */
int run_on(void *blocks, uint64 nblocks)
{
	image = blocks;
	image_blocks = nblocks;
	if (fs_mount() != 0)
		return 100;
	return calf_main();
}

/* ---- lib ---- */

void kprintf(const char *fmt, ...)
{
	__builtin_va_list args;

	__builtin_va_start(args, fmt);
	vprintf(fmt, args);
	__builtin_va_end(args);
}

void panic(const char *fmt, ...)
{
	__builtin_va_list args;

	kprintf("panic: ");
	__builtin_va_start(args, fmt);
	vprintf(fmt, args);
	__builtin_va_end(args);
	puts("");
	abort();
}

void strlcpy(char *dst, const char *src, uint64 size)
{
	uint64 n = MIN(strlen(src), size - 1);

	memcpy(dst, src, n);
	dst[n] = '\0';
}

void page_clear(void *page)
{
	memset(page, 0, BLOCK_SIZE);
}

void page_copy(void *dst, const void *src)
{
	memcpy(dst, src, BLOCK_SIZE);
}

void spin_wait(const struct spinlock *lock)
{
	panic("%s: a lock is taken twice", lock->name);
}

/* ---- mm ---- */

void *kalloc(void)
{
	return aligned_alloc(BLOCK_SIZE, BLOCK_SIZE);
}

void kfree(void *frame)
{
	free(frame);
}

uint64 frames_total(void)
{
	return FRAMES;
}

void *pool_zalloc(struct pool *pool)
{
	return calloc(1, pool->object_size);
}

void pool_free(struct pool *pool, void *object)
{
	(void)pool;
	free(object);
}

int copyout(struct uvm *uvm, uint64 va, const void *src, uint64 n)
{
	(void)uvm, (void)va, (void)src, (void)n;
	return -EFAULT;
}

int copyin(struct uvm *uvm, void *dst, uint64 va, uint64 n)
{
	(void)uvm, (void)va, (void)dst, (void)n;
	return -EFAULT;
}

/* fs/filemap.h, mm/shared.h and a part of dev/ipi.h, which not every lab has.
 * No program maps a file here. */
void uio_fetch_all(const struct uio *uio, bool stores);
bool uio_fetch_awaited(const struct uio *uio);
void shared_unmap(const void *file, uint64 start, uint64 end,
		  void (*fence)(void));
void shared_clean(void (*fence)(void));
void ipi_fence_user(void);

void uio_fetch_all(const struct uio *uio, bool stores)
{
	(void)uio, (void)stores;
}

bool uio_fetch_awaited(const struct uio *uio)
{
	(void)uio;
	return false;
}

void shared_unmap(const void *file, uint64 start, uint64 end,
		  void (*fence)(void))
{
	(void)file, (void)start, (void)end, (void)fence;
}

void shared_clean(void (*fence)(void))
{
	(void)fence;
}

void ipi_fence_user(void)
{
}

/* ---- proc ---- */

void waitq_init(struct waitq *queue)
{
	list_init(&queue->sleepers);
}

void sleep_on(struct waitq *queue, struct spinlock *lock)
{
	(void)queue;
	panic("%s: waits for what nobody does", lock->name);
}

void wake_all(struct waitq *queue)
{
	(void)queue;
}

struct proc *wake_one(struct waitq *queue)
{
	(void)queue;
	return NULL;
}

void turn_wait(struct turn *turn, struct spinlock *lock)
{
	(void)turn;
	panic("%s: waits for a turn that nobody ends", lock->name);
}

int give_way(void)
{
	return 0;
}

int sleep_ticks(uint64 ticks)
{
	(void)ticks;
	panic("nobody is there to sleep");
}

void sleeplock_init(struct sleeplock *lock, const char *name)
{
	lock->guard.name = name;
	lock->turn.owner = NULL;
}

void sleeplock_acquire(struct sleeplock *lock)
{
	ASSERT(lock->turn.owner == NULL,
	       "no process waits for a lock that it holds");
	lock->turn.owner = (struct proc *)lock;
}

int sleeplock_acquire_killable(struct sleeplock *lock)
{
	sleeplock_acquire(lock);
	return 0;
}

void sleeplock_release(struct sleeplock *lock)
{
	ASSERT(lock->turn.owner != NULL, "a lock that is released is held");
	lock->turn.owner = NULL;
}

/* ---- dev ---- */

uint64 virtio_blk_blocks(void)
{
	return image_blocks;
}

void virtio_blk_start(struct blk_request *request)
{
	ASSERT(nrequests++ < REQUESTS_MAX, "requests come to an end");
	ASSERT(request->block < image_blocks, "nothing is outside the disk");
	void *there = image[request->block];

	if (request->op == BLK_READ)
		memcpy(request->data, there, BLOCK_SIZE);
	else
		memcpy(there, request->data, BLOCK_SIZE);
}

int virtio_blk_wait(struct blk_request *request)
{
	(void)request;
	return 0;
}

int virtio_blk_flush(void)
{
	return 0;
}
