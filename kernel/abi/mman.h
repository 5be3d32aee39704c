/* kernel/abi/mman.h: constants of mmap(), mprotect(), msync() and madvise(),
 * with the values that they have in Linux. */
#pragma once

#define PROT_NONE 0
#define PROT_READ 1
#define PROT_WRITE 2 /* includes PROT_READ */
#define PROT_EXEC 4

#define MAP_SHARED 1
#define MAP_PRIVATE 2
#define MAP_FIXED 0x10 /* at this address, in place of what is there */
#define MAP_ANONYMOUS 0x20

#define MS_ASYNC 1
#define MS_INVALIDATE 2
#define MS_SYNC 4 /* wait until the stores are on the disk */

#define MADV_NORMAL 0
#define MADV_RANDOM 1
#define MADV_SEQUENTIAL 2
#define MADV_WILLNEED 3
#define MADV_DONTNEED 4 /* drop the pages; they come again as zeros */
