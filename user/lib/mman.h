/* user/lib/mman.h: map memory.
 *
 * A call that fails returns -1, or MAP_FAILED, and stores the reason in
 * errno. */
#pragma once

#include <stddef.h>

#include "abi/mman.h"

#define MAP_FAILED ((void *)-1)

/* Map `length` bytes with some PROT_ rights and MAP_ flags. An anonymous
 * mapping takes no file: fd is -1 and offset 0. Returns its address. */
void *mmap(void *addr, size_t length, int prot, int flags, int fd, long offset);
int munmap(void *addr, size_t length);
int mprotect(void *addr, size_t length, int prot);
int msync(void *addr, size_t length, int flags); /* MS_SYNC: and wait */
int madvise(void *addr, size_t length, int advice);
