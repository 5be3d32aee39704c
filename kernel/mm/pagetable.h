/* kernel/mm/pagetable.h: walking Sv39 page tables. */
#pragma once

#include "mm/sv39.h"

/* Part of a range of addresses, as far as one leaf table holds it. Who does
 * little with each entry unrolls its loop over them. */
struct pte_run {
	pte_t *entry; /* its entries, the first of them */
	uint64 count; /* how many they are */
	uint64 va;    /* that the first one maps */
	uint64 end;   /* the address after the last page */
};

/* Find the first run in [va, end), stepping over what has no leaf table; false
 * when there is none. va is page-aligned, end at most USER_END. The next run
 * begins at run->end:
 *
 *	for (va = 0; pt_next_run(root, va, end, &run); va = run.end) */
bool pt_next_run(const pte_t *root, uint64 va, uint64 end, struct pte_run *run);

/* The leaf entry for va, NULL where there is no leaf table. */
pte_t *pt_find(const pte_t *root, uint64 va);

/* The same, and tables that are missing on the way are made; NULL when memory
 * is out (those made already stay in the tree). */
pte_t *pt_make(pte_t *root, uint64 va);

/* How many tables there are for [0, end), the root included; 0 for no root. */
uint64 pt_count(const pte_t *root, uint64 end);

/* Give back the tables that lead to nothing but [from, end), where no page is
 * mapped any more. */
void pt_trim(pte_t *root, uint64 from, uint64 end);

/* The same for all of [0, end), and the root. */
void pt_free(pte_t *root, uint64 end);
