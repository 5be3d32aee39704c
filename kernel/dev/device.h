/* kernel/dev/device.h: the devices behind T_DEVICE inodes. */
#pragma once

#include "mm/uio.h"

enum device_major {
	DEV_CONSOLE = 1,
	DEV_VMSTAT = 2,
	DEV_NULL = 3,
	DEV_SYNTH = 4, /* not a device, but a directory: fs/inode.h */
	DEV_MAJORS,
};

struct device {
	const char *name;
	/* Read up to dst->left bytes, starting at `offset` if the device has
	 * offsets. Returns the number of bytes (0: end of file) or an error. */
	long (*read)(struct uio *dst, uint64 offset);
	long (*write)(struct uio *src);
};

/* The device with that major number, or NULL. */
const struct device *device_find(uint32 major);
