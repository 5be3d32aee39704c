/* mkfs/write.c: write an image to a file, completely or not at all. */
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

/* Zero blocks become holes. So does the journal, since an empty one is all
 * zeros. */
static bool write_all(int fd, const void *from)
{
	const struct image *image = from;
	off_t nbytes = (off_t)image->super->nblocks * BLOCK_SIZE;

	return ftruncate(fd, nbytes) == 0 && write_blocks(fd, image, 0, 1) &&
	       write_blocks(fd, image, image->super->inodes.start, image->end);
}

void image_write(const struct image *image, const char *path)
{
	replace_file(path, 0644, write_all, image);
}

void replace_file(const char *path, mode_t mode,
		  bool (*fill)(int fd, const void *from), const void *from)
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
	if (!fill(fd, from) || fchmod(fd, mode) != 0 || close(fd) != 0 ||
	    rename(temporary, path) != 0) {
		unlink(temporary);
		die("%s: %m", path);
	}
	free(temporary);
}
