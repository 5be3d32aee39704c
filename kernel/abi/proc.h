/* kernel/abi/proc.h: how to read the files of /proc. */
#pragma once

/* /proc/PID/pagemap: 8 bytes for each page from address 0 up to the end of the
 * heap; 0 for none. Bits as in Linux, where Linux has them: */
#define PAGEMAP_FRAME ((1UL << 55) - 1) /* number of the frame */
#define PAGEMAP_EXCLUSIVE (1UL << 56)   /* which has no other owner */
#define PAGEMAP_PRESENT (1UL << 63)

/* Our own, 0 in Linux: what a write does. */
#define PAGEMAP_WRITABLE (1UL << 59) /* it goes through */
#define PAGEMAP_COW (1UL << 60) /* the writer has a frame of its own first */

/* /proc/PID/smaps: a record of so many bytes for each range. What one read()
 * gives of a record is of one moment. */
#define SMAPS_RECORD 175

/* PssFixed: each page adds PGSIZE * PSS_ONE / owners, rounded down. */
#define PSS_ONE 4096UL
