/* kernel/mm/pagetable.c: walking Sv39 page tables. */
#include "mm/pagetable.h"

#include "lib/csr.h"
#include "mm/frame.h"
#include "mm/vmcount.h"

bool pt_next_run(const pte_t *root, uint64 va, uint64 end, struct pte_run *run)
{
	while (va < end) {
		pte_t upper = root[pt_index(va, 2)];

		if (!(upper & PTE_V)) {
			va = ROUND_DOWN(va, PT_SPAN(2)) + PT_SPAN(2);
			continue;
		}
		uint64 table_end = ROUND_DOWN(va, PT_SPAN(1)) + PT_SPAN(1);
		pte_t middle = ((pte_t *)pte_page(upper))[pt_index(va, 1)];

		if (!(middle & PTE_V)) {
			va = table_end;
			continue;
		}
		run->entry = (pte_t *)pte_page(middle) + pt_index(va, 0);
		run->va = va;
		run->end = MIN(table_end, ROUND_UP(end, PGSIZE));
		run->count = (run->end - va) / PGSIZE;
		return true;
	}
	return false;
}

pte_t *pt_find(const pte_t *root, uint64 va)
{
	const pte_t *table = root;

	for (int level = PT_LEVELS - 1; level > 0; level--) {
		pte_t pte = table[pt_index(va, level)];

		if (!(pte & PTE_V))
			return NULL;
		table = pte_page(pte);
	}
	return (pte_t *)&table[pt_index(va, 0)];
}

/* The table that an entry points to; a new one if there is none yet. */
static inline pte_t *lower_table(pte_t *pte, void *(*alloc)(void))
{
	if (!(*pte & PTE_V)) {
		void *lower = alloc();

		if (lower == NULL)
			return NULL;
		vmcount_add(VM_table, 1);
		*pte = pte_make(lower, PTE_V);
	}
	return pte_page(*pte);
}

static inline pte_t *make(pte_t *root, uint64 va, void *(*alloc_leaf)(void))
{
	pte_t *middle = lower_table(&root[pt_index(va, 2)], kzalloc);

	if (middle == NULL)
		return NULL;

	pte_t *leaf = lower_table(&middle[pt_index(va, 1)], alloc_leaf);

	return leaf != NULL ? &leaf[pt_index(va, 0)] : NULL;
}

pte_t *pt_make(pte_t *root, uint64 va)
{
	return make(root, va, kzalloc);
}

pte_t *pt_make_to_fill(pte_t *root, uint64 va)
{
	return make(root, va, kalloc);
}

uint64 pt_count(const pte_t *root, uint64 end)
{
	uint64 count = root != NULL, upper = PTES_PER_TABLE;
	struct pte_run run;

	for (uint64 va = 0; pt_next_run(root, va, end, &run); va = run.end) {
		count += pt_index(run.va, 2) == upper ? 1 : 2;
		upper = pt_index(run.va, 2);
	}
	return count;
}

static void table_free(pte_t *table)
{
	kfree(table);
	vmcount_add(VM_table, -1);
}

/* Free the table that the entry points to, if any. */
static void drop_table(pte_t *pte)
{
	pte_t old = *pte;

	if (!(old & PTE_V))
		return;
	*pte = 0;
	sfence_user(); /* harts cache upper entries too */
	table_free(pte_page(old));
}

void pt_trim(pte_t *root, uint64 from, uint64 end, uint64 low, uint64 high)
{
	uint64 va =
		MAX(ROUND_DOWN(from, PT_SPAN(1)), ROUND_UP(low, PT_SPAN(1)));

	end = MIN(end, ROUND_DOWN(high, PT_SPAN(1)));
	while (va < end) {
		pte_t *upper = &root[pt_index(va, 2)];
		uint64 upper_end = ROUND_DOWN(va, PT_SPAN(2)) + PT_SPAN(2);

		if (!(*upper & PTE_V)) {
			va = upper_end;
			continue;
		}
		for (pte_t *middle = pte_page(*upper); va < MIN(end, upper_end);
		     va += PT_SPAN(1))
			drop_table(&middle[pt_index(va, 1)]);
		if (ROUND_UP(low, PT_SPAN(2)) < upper_end && upper_end <= high)
			drop_table(upper);
	}
}

void pt_free(pte_t *root, uint64 end)
{
	pt_trim(root, 0, end, 0, USER_END);
	table_free(root);
}
