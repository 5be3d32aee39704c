/* mkfs/image.h: build a file system in memory. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "abi/fs.h"

/* Print "mkfs: ..." and exit with status 1. No file is left behind. */
void die(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));

/* Begin an empty file system, which has only a root directory. Dies if the
 * numbers are impossible. */
void image_init(uint32 nblocks, uint32 ninodes, uint32 journal_blocks);

/* Add something to the file system, and the directories above it as needed.
 * These functions die if a name is too long or taken, or if something does not
 * fit. */
void image_add_directory(const char *path);
void image_add_file(const char *path, const char *host_path);
void image_add_device(const char *path, uint16 major, uint16 minor);

/* A finished image. All blocks from `end` on are zero. */
struct image {
	const struct superblock *super;
	uint8 (*blocks)[BLOCK_SIZE];
	uint32 end;
};

struct image image_finish(void);

/* Write the image to the file `path`. If that fails, the file is unchanged. */
void image_write(const struct image *image, const char *path);

/* Replace the file `path` by a new one, which `fill` writes. `fill` returns
 * false with errno set if it cannot. Then `path` is unchanged, and mkfs
 * dies. */
void replace_file(const char *path, mode_t mode,
		  bool (*fill)(int fd, const void *from), const void *from);
