/* kernel/dev/device.h: what a T_DEVICE inode stands for. */
#pragma once

#include "mm/uio.h"

enum device_major {
	DEV_CONSOLE = 1,
	DEV_VMSTAT = 2,
	DEV_NULL = 3,
	DEV_SYNTH = 4, /* no device, but files: fs/synth.h */
	DEV_MAJORS,
};

struct device {
	const char *name;
	/* Move up to dst->left bytes, from `offset` on where the device has
	 * offsets. Returns the number of bytes (0: end of file) or an error. */
	long (*read)(struct uio *dst, uint64 offset);
	long (*write)(struct uio *src);
};

/* NULL when nothing answers to this number. */
const struct device *device_find(uint32 major);
