/* kernel/dev/device.c: the devices behind T_DEVICE inodes. */
#include "dev/device.h"

#include "dev/console.h"
#include "dev/vmstat.h"

static long null_read(struct uio *dst, uint64 offset)
{
	(void)dst, (void)offset;
	return 0;
}

static long null_write(struct uio *src)
{
	long count = (long)src->left;

	src->left = 0;
	return count;
}

static const struct device null_device = {
	.name = "null",
	.read = null_read,
	.write = null_write,
};

static const struct device *const devices[DEV_MAJORS] = {
	[DEV_CONSOLE] = &console_device,
	[DEV_VMSTAT] = &vmstat_device,
	[DEV_NULL] = &null_device,
};

const struct device *device_find(uint32 major)
{
	return major < DEV_MAJORS ? devices[major] : NULL;
}
