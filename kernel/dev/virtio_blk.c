/* kernel/dev/virtio_blk.c: the disk, a virtio block device.
 *
 * The descriptors are divided into slots at the start: slot i has descriptors
 * 3i, 3i + 1 and 3i + 2, chained as header, data and status. A request takes a
 * slot, and the interrupt frees it.
 *
 * disk.lock guards the queue, the slots, and `busy` and `error` of each
 * request. */
#include "dev/virtio_blk.h"

#include "abi/errno.h"
#include "abi/fs.h"
#include "dev/virtio.h"
#include "lib/panic.h"
#include "mm/layout.h"

#define QUEUE_SIZE 128 /* descriptors; a power of two */
#define DESCS_PER_SLOT 3
#define NSLOTS (QUEUE_SIZE / DESCS_PER_SLOT)
#define SECTORS_PER_BLOCK (BLOCK_SIZE / VIRTIO_SECTOR_SIZE)

struct slot {
	struct virtio_blk_header header;
	uint8 status;
	struct blk_request *request;
};

/* The queue, which driver and device share, in its three parts. */
struct virtqueue {
	struct virtq_desc desc[QUEUE_SIZE];
	struct {
		uint16 flags;
		uint16 idx; /* number of chains made available so far */
		uint16 ring[QUEUE_SIZE];
	} driver;
	struct {
		uint16 flags;
		uint16 idx; /* number of chains used so far */
		struct virtq_used_elem ring[QUEUE_SIZE];
	} device __attribute__((aligned(4)));
};

static struct {
	struct spinlock lock;
	struct virtqueue queue __attribute__((aligned(PGSIZE))); /* [lock] */
	struct slot slot[NSLOTS];                                /* [lock] */
	uint8 free_slot[NSLOTS];                                 /* [lock] */
	uint32 nfree;                                            /* [lock] */
	uint16 used_seen;     /* [lock] number of used chains processed */
	struct turn starting; /* [lock] to wait for a slot and take it */
	struct waitq slot_freed;
	uint64 nblocks; /* [init] */
	bool can_flush; /* [init] */
} disk = {
	.lock = SPINLOCK("disk"),
	.starting = TURN_INIT(disk.starting),
	.slot_freed = WAITQ(disk.slot_freed),
};

static uint32 reg_read(uint32 offset)
{
	return mmio_read32((char *)VIRTIO0 + offset);
}

static void reg_write(uint32 offset, uint32 value)
{
	mmio_write32((char *)VIRTIO0 + offset, value);
}

static void reg_write_address(uint32 offset, const void *address)
{
	reg_write(offset, (uint32)virt_to_phys(address));
	reg_write(offset + 4, (uint32)(virt_to_phys(address) >> 32));
}

/* Order accesses to shared memory with accesses to registers. */
static void device_fence(void)
{
	__asm__ volatile("fence iorw, iorw" ::: "memory");
}

/* ---- start ---- */

static bool feature_offered(uint32 bit)
{
	reg_write(VIRTIO_DEVICE_FEATURES_SEL, bit / 32);
	return reg_read(VIRTIO_DEVICE_FEATURES) >> bit % 32 & 1;
}

/* Agree with the device on the features to use; false if it needs more. */
static bool negotiate(void)
{
	disk.can_flush = feature_offered(VIRTIO_BLK_F_FLUSH);
	reg_write(VIRTIO_DRIVER_FEATURES_SEL, 0);
	reg_write(VIRTIO_DRIVER_FEATURES,
		  (uint32)disk.can_flush << VIRTIO_BLK_F_FLUSH);
	reg_write(VIRTIO_DRIVER_FEATURES_SEL, 1);
	reg_write(VIRTIO_DRIVER_FEATURES, 1U << (VIRTIO_F_VERSION_1 - 32));

	uint32 status = reg_read(VIRTIO_STATUS) | VIRTIO_FEATURES_OK;

	reg_write(VIRTIO_STATUS, status);
	return reg_read(VIRTIO_STATUS) & VIRTIO_FEATURES_OK;
}

static void slots_init(void)
{
	struct virtq_desc *desc = disk.queue.desc;

	for (uint32 i = 0; i < NSLOTS; i++, desc += DESCS_PER_SLOT) {
		struct slot *slot = &disk.slot[i];
		uint16 first = (uint16)(i * DESCS_PER_SLOT);

		desc[0].addr = virt_to_phys(&slot->header);
		desc[0].len = sizeof(slot->header);
		desc[0].flags = VIRTQ_DESC_NEXT;
		desc[1].len = BLOCK_SIZE;
		desc[1].next = first + 2;
		desc[2].addr = virt_to_phys(&slot->status);
		desc[2].len = sizeof(slot->status);
		desc[2].flags = VIRTQ_DESC_WRITE;
		disk.free_slot[disk.nfree++] = (uint8)i;
	}
}

static bool queue_init(void)
{
	reg_write(VIRTIO_QUEUE_SEL, 0);
	if (reg_read(VIRTIO_QUEUE_READY) != 0 ||
	    reg_read(VIRTIO_QUEUE_NUM_MAX) < QUEUE_SIZE)
		return false;
	slots_init();
	reg_write(VIRTIO_QUEUE_NUM, QUEUE_SIZE);
	reg_write_address(VIRTIO_QUEUE_DESC, disk.queue.desc);
	reg_write_address(VIRTIO_QUEUE_DRIVER, &disk.queue.driver);
	reg_write_address(VIRTIO_QUEUE_DEVICE, &disk.queue.device);
	device_fence();
	reg_write(VIRTIO_QUEUE_READY, 1);
	return true;
}

const char *virtio_blk_init(void)
{
	if (reg_read(VIRTIO_MAGIC) != VIRTIO_MAGIC_VALUE ||
	    reg_read(VIRTIO_DEVICE_ID) != VIRTIO_ID_BLOCK)
		return "a disk in the first virtio slot";
	if (reg_read(VIRTIO_VERSION) != VIRTIO_VERSION_VALUE)
		return "a disk that is not of virtio's legacy kind (QEMU: "
		       "-global virtio-mmio.force-legacy=false)";

	reg_write(VIRTIO_STATUS, 0);
	reg_write(VIRTIO_STATUS, VIRTIO_ACKNOWLEDGE);
	reg_write(VIRTIO_STATUS, VIRTIO_ACKNOWLEDGE | VIRTIO_DRIVER);
	if (!negotiate())
		return "a disk that agrees on virtio features";
	if (!queue_init())
		return "a disk with a queue that is long enough";
	reg_write(VIRTIO_STATUS, reg_read(VIRTIO_STATUS) | VIRTIO_DRIVER_OK);

	uint64 sectors = reg_read(VIRTIO_CONFIG) |
			 (uint64)reg_read(VIRTIO_CONFIG + 4) << 32;

	disk.nblocks = sectors / SECTORS_PER_BLOCK;
	return NULL;
}

uint64 virtio_blk_blocks(void)
{
	return disk.nblocks;
}

/* ---- requests ---- */

static void slot_fill(struct slot *slot, struct virtq_desc *desc,
		      struct blk_request *request)
{
	static const uint32 type[] = {
		[BLK_READ] = VIRTIO_BLK_IN,
		[BLK_WRITE] = VIRTIO_BLK_OUT,
		[BLK_FLUSH] = VIRTIO_BLK_FLUSH,
	};
	uint16 first = (uint16)(desc - disk.queue.desc);

	slot->request = request;
	slot->header.type = type[request->op];
	slot->header.sector = 0;
	desc[0].next = first + 2; /* a flush has no data */
	if (request->op == BLK_FLUSH)
		return;
	slot->header.sector = (uint64)request->block * SECTORS_PER_BLOCK;
	desc[0].next = first + 1;
	desc[1].addr = virt_to_phys(request->data);
	desc[1].flags = VIRTQ_DESC_NEXT;
	if (request->op == BLK_READ)
		desc[1].flags |= VIRTQ_DESC_WRITE;
}

void virtio_blk_start(struct blk_request *request)
{
	spin_acquire(&disk.lock);
	turn_take(&disk.starting, &disk.lock);
	while (disk.nfree == 0)
		sleep_on(&disk.slot_freed, &disk.lock);
	turn_pass(&disk.starting);

	uint32 i = disk.free_slot[--disk.nfree];
	struct virtq_desc *desc = &disk.queue.desc[i * DESCS_PER_SLOT];
	uint16 made = disk.queue.driver.idx;

	request->busy = true;
	slot_fill(&disk.slot[i], desc, request);
	disk.queue.driver.ring[made % QUEUE_SIZE] =
		(uint16)(i * DESCS_PER_SLOT);
	device_fence(); /* complete the chain before making it available... */
	*(volatile uint16 *)&disk.queue.driver.idx = made + 1;
	device_fence(); /* ... and do that before notifying the device */
	reg_write(VIRTIO_QUEUE_NOTIFY, 0);
	spin_release(&disk.lock);
}

int virtio_blk_wait(struct blk_request *request)
{
	spin_acquire(&disk.lock);
	while (request->busy)
		sleep_on(&request->done, &disk.lock);

	int error = request->error;

	spin_release(&disk.lock);
	return error;
}

int virtio_blk_flush(void)
{
	/* Not on the stack: another hart may take the interrupt. */
	static struct blk_request request = {
		.op = BLK_FLUSH,
		.done = WAITQ(request.done),
	};

	if (!disk.can_flush)
		return 0; /* such a device has no write cache */
	virtio_blk_start(&request);
	return virtio_blk_wait(&request);
}

/* ---- completion ---- */

static void slot_done(uint32 i) REQUIRES(disk.lock)
{
	struct slot *slot = &disk.slot[i];

	slot->request->error = slot->status == VIRTIO_BLK_OK ? 0 : -EIO;
	slot->request->busy = false;
	wake_all(&slot->request->done);
	slot->request = NULL;
	disk.free_slot[disk.nfree++] = (uint8)i;
	wake_one(&disk.slot_freed);
}

void virtio_blk_intr(void)
{
	spin_acquire(&disk.lock);
	/* Acknowledge first: a chain that is used later interrupts again. */
	reg_write(VIRTIO_INTERRUPT_ACK, reg_read(VIRTIO_INTERRUPT_STATUS));
	device_fence();
	while (disk.used_seen != *(volatile uint16 *)&disk.queue.device.idx) {
		device_fence(); /* read the index before the entries */
		uint32 at = disk.used_seen++ % QUEUE_SIZE;
		uint32 i = disk.queue.device.ring[at].id / DESCS_PER_SLOT;

		ASSERT(i < NSLOTS && disk.slot[i].request != NULL,
		       "the disk completes only requests that were made");
		slot_done(i);
	}
	spin_release(&disk.lock);
}
