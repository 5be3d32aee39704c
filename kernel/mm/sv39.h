/* kernel/mm/sv39.h: page-table entries (RISC-V privileged specification,
 * section 4.4: Sv39).
 *
 *   63      54 53                        10 9 8 7 6 5 4 3 2 1 0
 *  +----------+----------------------------+---+-+-+-+-+-+-+-+-+
 *  | reserved | physical page number       |RSW|D|A|G|U|X|W|R|V|
 *  +----------+----------------------------+---+-+-+-+-+-+-+-+-+
 *
 * A valid entry with none of R, W, X points to the next table. A and D are set
 * from the start: Calf does not page out, so nobody asks for them. */
#pragma once

#include "abi/limits.h"
#include "mm/layout.h"

typedef uint64 pte_t;

#define PTE_V (1UL << 0) /* valid */
#define PTE_R (1UL << 1)
#define PTE_W (1UL << 2)
#define PTE_X (1UL << 3)
#define PTE_U (1UL << 4) /* the program's */
#define PTE_G (1UL << 5) /* in every address space */
#define PTE_A (1UL << 6) /* accessed */
#define PTE_D (1UL << 7) /* dirty: written to */

/* The two bits that Sv39 leaves to us (RSW). */
#define PTE_COW (1UL << 8)    /* may be written, but in a frame of its own */
#define PTE_SEALED (1UL << 9) /* the program may not write it, ever */

#define PTE_FLAGS 0x3ffUL
#define PTE_PPN_SHIFT 10
#define PTE_RESERVED_SHIFT 54 /* from here on: zero */
#define PGSHIFT 12

#define PTES_PER_TABLE 512
#define PT_LEVELS 3

/* Bytes that one entry of a table at `level` spans: 4 KiB, 2 MiB, 1 GiB. */
#define PT_SPAN(level) (PGSIZE << (9 * (level)))

/* Which entry of a table at `level` leads to va. */
static inline uint64 pt_index(uint64 va, int level)
{
	return (va >> (PGSHIFT + 9 * level)) % PTES_PER_TABLE;
}

/* The entry that maps or points to the page at `page`, in the direct map. */
static inline pte_t pte_make(const void *page, uint64 flags)
{
	return (virt_to_phys(page) >> PGSHIFT << PTE_PPN_SHIFT) | flags;
}

/* The page, table or frame, that a valid entry leads to. */
static inline void *pte_page(pte_t pte)
{
	assume(pte >> PTE_RESERVED_SHIFT == 0);
	return phys_to_virt(pte >> PTE_PPN_SHIFT << PGSHIFT);
}

/* A writable entry as it is while others map its frame too... */
static inline pte_t pte_to_cow(pte_t pte)
{
	return pte ^ (PTE_W | PTE_COW);
}

/* ... and as it is again when nobody else does. */
static inline pte_t pte_to_writable(pte_t pte)
{
	return pte ^ (PTE_W | PTE_COW);
}

static inline uint64 pte_flags(pte_t pte)
{
	return pte & PTE_FLAGS;
}

/* Whether a write gives the writer a frame of its own first. */
static inline bool pte_is_cow(pte_t pte)
{
	return pte & PTE_COW;
}
