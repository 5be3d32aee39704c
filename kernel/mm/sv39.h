/* kernel/mm/sv39.h: page-table entries (RISC-V privileged specification,
 * section 4.4: Sv39).
 *
 *   63      54 53                        10 9 8 7 6 5 4 3 2 1 0
 *  +----------+----------------------------+---+-+-+-+-+-+-+-+-+
 *  | reserved | physical page number       |RSW|D|A|G|U|X|W|R|V|
 *  +----------+----------------------------+---+-+-+-+-+-+-+-+-+
 *
 * A valid entry without R, W and X points to the next table. A and D are always
 * set: Calf does not page out, so it has no use for them. */
#pragma once

#include "abi/limits.h"
#include "mm/layout.h"

typedef uint64 pte_t;

#define PTE_V (1UL << 0) /* valid */
#define PTE_R (1UL << 1)
#define PTE_W (1UL << 2)
#define PTE_X (1UL << 3)
#define PTE_U (1UL << 4) /* user mode may use it */
#define PTE_G (1UL << 5) /* global: in every address space */
#define PTE_A (1UL << 6) /* accessed */
#define PTE_D (1UL << 7) /* dirty */

#define PTE_RIGHTS (PTE_R | PTE_W | PTE_X)

/* The two bits that Sv39 reserves for software (RSW). */
#define PTE_COW (1UL << 8)    /* writable, once it has a frame of its own */
#define PTE_SEALED (1UL << 9) /* the program may not write it */

#define PTE_FLAGS 0x3ffUL
#define PTE_PPN_SHIFT 10
#define PTE_RESERVED_SHIFT 54 /* from here on: zero */
#define PGSHIFT 12

#define PTES_PER_TABLE 512
#define PT_LEVELS 3

/* Bytes that one entry of a table at `level` spans: 4 KiB, 2 MiB, 1 GiB. */
#define PT_SPAN(level) (PGSIZE << (9 * (level)))

/* The index of the entry for va in a table at `level`. */
static inline uint64 pt_index(uint64 va, int level)
{
	return (va >> (PGSHIFT + 9 * level)) % PTES_PER_TABLE;
}

/* An entry for `page`, a frame or a table in the direct map. */
static inline pte_t pte_make(const void *page, uint64 flags)
{
	return (virt_to_phys(page) >> PGSHIFT << PTE_PPN_SHIFT) | flags;
}

/* The frame or table that a valid entry points to, in the direct map. */
static inline void *pte_page(pte_t pte)
{
	assume(pte >> PTE_RESERVED_SHIFT == 0);
	return phys_to_virt(pte >> PTE_PPN_SHIFT << PGSHIFT);
}

/* An entry that maps a program's only page in this frame. `rights` are a
 * region's: PTE_R, PTE_W, PTE_X. */
static inline pte_t pte_make_user(const void *frame, uint64 rights)
{
	return pte_make(frame, PTE_V | PTE_U | PTE_A | PTE_D | rights |
				       (rights & PTE_W ? 0 : PTE_SEALED));
}

/* Turn a writable entry into a copy-on-write one, to share its frame... */
static inline pte_t pte_to_cow(pte_t pte)
{
	return (pte & ~PTE_W) | PTE_COW;
}

/* ... and back, for a frame with one owner. */
static inline pte_t pte_to_writable(pte_t pte)
{
	return (pte & ~PTE_COW) | PTE_W;
}

/* The same page with other rights. A page that becomes writable has to be
 * copied at the first write, unless it is found then that it has a frame of its
 * own; if it is shared, the first write fetches it again. A page without rights
 * stays valid, so that its frame has an owner: there is no level below the last
 * one, so each access to it faults. */
static inline pte_t pte_with_rights(pte_t pte, uint64 rights, bool is_shared)
{
	if (is_shared)
		return pte_make_user(pte_page(pte), rights & (pte | ~PTE_W));

	pte_t changed = pte_make_user(pte_page(pte), rights);

	return rights & ~pte & PTE_W ? pte_to_cow(changed) : changed;
}

static inline uint64 pte_flags(pte_t pte)
{
	return pte & PTE_FLAGS;
}

/* Whether a write must first give the writer a frame of its own. */
static inline bool pte_is_cow(pte_t pte)
{
	return pte & PTE_COW;
}
