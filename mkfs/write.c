/* mkfs/write.c: the image becomes a file; what is zero becomes a hole. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "image.h"

static bool write_blocks(int fd, const struct image *image, uint32 from,
			 uint32 end)
{
	while (from < end) {
		size_t nbytes = (size_t)(end - from) * BLOCK_SIZE;
		off_t offset = (off_t)from * BLOCK_SIZE;
		ssize_t n = pwrite(fd, image->blocks[from], nbytes, offset);

		if (n < (ssize_t)BLOCK_SIZE)
			return false;
		from += (uint32)((size_t)n / BLOCK_SIZE);
	}
	return true;
}

/* Not the journal: zeros are an empty one. */
static bool write_all(int fd, const struct image *image)
{
	off_t nbytes = (off_t)image->super->nblocks * BLOCK_SIZE;

	return ftruncate(fd, nbytes) == 0 && write_blocks(fd, image, 0, 1) &&
	       write_blocks(fd, image, image->super->inodes.start, image->end);
}

void image_write(const struct image *image, const char *path)
{
	static const char suffix[] = ".XXXXXX";
	size_t length = strlen(path);
	char *temporary = malloc(length + sizeof(suffix));

	if (temporary == NULL)
		die("out of memory");
	memcpy(temporary, path, length);
	memcpy(temporary + length, suffix, sizeof(suffix));
	int fd = mkstemp(temporary);

	if (fd < 0)
		die("%s: %m", path);
	if (!write_all(fd, image) || fchmod(fd, 0644) != 0 || close(fd) != 0 ||
	    rename(temporary, path) != 0) {
		unlink(temporary);
		die("%s: %m", path);
	}
	free(temporary);
}
