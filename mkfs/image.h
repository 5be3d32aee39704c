/* mkfs/image.h: a file system in memory, while it is made. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "abi/fs.h"

/* Print "mkfs: ..." and end with status 1, no file left behind. */
void die(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));

/* An empty file system: a root directory and nothing in it. Dies when the
 * numbers are not possible. */
void image_init(uint32 nblocks, uint32 ninodes, uint32 journal_blocks);

/* Each makes the directories above its path as needed. They die when a name is
 * too long or taken, or when something does not fit. */
void image_add_directory(const char *path);
void image_add_file(const char *path, const char *host_path);
void image_add_device(const char *path, uint16 major, uint16 minor);

/* The whole, ready to be written. Blocks from `end` on are zeros. */
struct image {
	const struct superblock *super;
	uint8 (*blocks)[BLOCK_SIZE];
	uint32 end;
};

struct image image_finish(void);

/* Write it to the file `path`, which is as before when it cannot be. */
void image_write(const struct image *image, const char *path);

/* Put a new file in the place of `path`. `fill` writes it, and gives false with
 * errno set when it cannot: then `path` is as before, and mkfs dies. */
void replace_file(const char *path, mode_t mode,
		  bool (*fill)(int fd, const void *from), const void *from);
