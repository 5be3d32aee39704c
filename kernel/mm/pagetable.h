/* kernel/mm/pagetable.h: walking Sv39 page tables. */
#pragma once

#include "mm/sv39.h"

/* The part of a range of addresses that lies in one leaf table. A loop that
 * does little for each entry pays off if it is unrolled. */
struct pte_run {
	pte_t *entry; /* the first of its entries */
	uint64 count; /* the number of its entries */
	uint64 va;    /* the address that the first one maps */
	uint64 end;   /* the address after the last page */
};

/* Find the first run in [va, end), skipping addresses without a leaf table;
 * false if there is none. `va` is page-aligned, and `end` at most USER_END. The
 * next run starts at run->end:
 *
 *	for (va = 0; pt_next_run(root, va, end, &run); va = run.end) */
bool pt_next_run(const pte_t *root, uint64 va, uint64 end, struct pte_run *run);

/* The leaf entry for va, or NULL if there is no leaf table. */
pte_t *pt_find(const pte_t *root, uint64 va);

/* The same, but creates the missing tables. NULL if memory is exhausted; tables
 * created so far stay in the tree. */
pte_t *pt_make(pte_t *root, uint64 va);

/* The same for a caller that writes every entry of the leaf table: a new one is
 * not cleared. */
pte_t *pt_make_to_fill(pte_t *root, uint64 va);

/* The number of tables for [0, end), including the root; 0 if root is NULL. */
uint64 pt_count(const pte_t *root, uint64 end);

/* Free the tables for [from, end) that serve no address outside [low, high).
 * No page may be mapped in either range. */
void pt_trim(pte_t *root, uint64 from, uint64 end, uint64 low, uint64 high);

/* Free the root and all tables for [0, end). */
void pt_free(pte_t *root, uint64 end);
