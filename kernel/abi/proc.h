/* kernel/abi/proc.h: the format of the files in /proc. */
#pragma once

/* /proc/PID/pagemap: 8 bytes for each page from address 0 to the end of the
 * last mapping; 0 if no page is mapped. These bits are the same as in Linux: */
#define PAGEMAP_FRAME ((1UL << 55) - 1) /* number of the frame */
#define PAGEMAP_EXCLUSIVE (1UL << 56)   /* one page maps the frame */
#define PAGEMAP_PRESENT (1UL << 63)

/* These are Calf's own, and 0 in Linux. They say what a write does: */
#define PAGEMAP_WRITABLE (1UL << 59) /* it succeeds at once */
#define PAGEMAP_COW (1UL << 60) /* it first gets the writer its own frame */

/* /proc/PID/smaps: a record of this many bytes for each range. */
#define SMAPS_RECORD 175

/* PssFixed: each page adds PGSIZE * PSS_ONE / mappings, rounded down. */
#define PSS_ONE 4096UL
