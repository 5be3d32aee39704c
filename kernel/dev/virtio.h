/* kernel/dev/virtio.h: registers and queues of a virtio device.
 *
 * "Virtual I/O Device (VIRTIO) Version 1.1": 4.2.2 memory-mapped registers,
 * 2.6 split virtqueues, 5.2 block device. */
#pragma once

#include "lib/types.h"

/* Registers, by offset. */
#define VIRTIO_MAGIC 0x000
#define VIRTIO_VERSION 0x004
#define VIRTIO_DEVICE_ID 0x008
#define VIRTIO_DEVICE_FEATURES 0x010
#define VIRTIO_DEVICE_FEATURES_SEL 0x014
#define VIRTIO_DRIVER_FEATURES 0x020
#define VIRTIO_DRIVER_FEATURES_SEL 0x024
#define VIRTIO_QUEUE_SEL 0x030
#define VIRTIO_QUEUE_NUM_MAX 0x034
#define VIRTIO_QUEUE_NUM 0x038
#define VIRTIO_QUEUE_READY 0x044
#define VIRTIO_QUEUE_NOTIFY 0x050
#define VIRTIO_INTERRUPT_STATUS 0x060
#define VIRTIO_INTERRUPT_ACK 0x064
#define VIRTIO_STATUS 0x070
#define VIRTIO_QUEUE_DESC 0x080 /* this and the next two: 2 registers each */
#define VIRTIO_QUEUE_DRIVER 0x090
#define VIRTIO_QUEUE_DEVICE 0x0a0
#define VIRTIO_CONFIG 0x100

#define VIRTIO_MAGIC_VALUE 0x74726976 /* "virt" */
#define VIRTIO_VERSION_VALUE 2
#define VIRTIO_ID_BLOCK 2

/* Bits of VIRTIO_STATUS. */
#define VIRTIO_ACKNOWLEDGE 1U
#define VIRTIO_DRIVER 2U
#define VIRTIO_DRIVER_OK 4U
#define VIRTIO_FEATURES_OK 8U

/* Numbers of feature bits. */
#define VIRTIO_BLK_F_FLUSH 9
#define VIRTIO_F_VERSION_1 32

struct virtq_desc {
	uint64 addr; /* physical */
	uint32 len;
	uint16 flags;
	uint16 next;
};

#define VIRTQ_DESC_NEXT 1U  /* the chain continues at `next` */
#define VIRTQ_DESC_WRITE 2U /* the device writes; otherwise it reads */

struct virtq_used_elem {
	uint32 id; /* first descriptor of the chain */
	uint32 len;
};

/* A request to a block device: this header, the data, and a status byte. */
struct virtio_blk_header {
	uint32 type;
	uint32 reserved;
	uint64 sector;
};

#define VIRTIO_BLK_IN 0U
#define VIRTIO_BLK_OUT 1U
#define VIRTIO_BLK_FLUSH 4U

#define VIRTIO_BLK_OK 0
#define VIRTIO_SECTOR_SIZE 512U
