/* kernel/mm/recount.c: the counts of frames against the page tables.
 *
 * Nobody else looks at the counts meanwhile, so they are our scratch paper:
 * take away one for each entry that maps a frame, see that nothing is left,
 * and put it back. */
#include "mm/recount.h"

#include "mm/frame.h"
#include "mm/pagetable.h"
#include "mm/uvm.h"

/* Looks at one valid entry; NULL, or what is wrong with it. To be inlined. */
typedef const char *visitor(pte_t pte);

static inline const char *visit_run(const struct pte_run *run, visitor *visit)
{
	const pte_t *pte = run->entry, *limit = pte + run->count;
	const char *wrong = NULL;

	for (; pte < limit; pte++) {
		const char *one = *pte & PTE_V ? visit(*pte) : NULL;
		wrong = wrong != NULL ? wrong : one;
	}
	return wrong;
}

/* All user pages of all address spaces, whatever is found on the way. */
static inline const char *visit_all(visitor *visit)
{
	const char *wrong = NULL;
	struct pte_run run;

	LIST_EACH(link, &all_uvms) {
		const struct uvm *uvm = LIST_ENTRY(link, struct uvm, link);

		for (uint64 va = 0; uvm_next_run(uvm, va, &run); va = run.end) {
			const char *one = visit_run(&run, visit);

			wrong = wrong != NULL ? wrong : one;
		}
	}
	return wrong;
}

static const char *check_entry(pte_t pte)
{
	if (!frame_exists(pte_page(pte)))
		return "F2: a page maps what is no frame";
	if ((pte & PTE_W) && *frame_count(pte_page(pte)) != 1)
		return "P1: a writable page has a frame of its own";
	if ((pte & PTE_COW) && (!(pte & PTE_U) || (pte & PTE_W)))
		return "P2: a page to be copied is the program's, not writable";
	if ((pte & PTE_SEALED) && (pte & (PTE_W | PTE_COW)))
		return "P3: a page that may not be written is never copied";
	return NULL;
}

static const char *take_away(pte_t pte)
{
	--*frame_count(pte_page(pte));
	return NULL;
}

static const char *check_rest(pte_t pte)
{
	if (*frame_count(pte_page(pte)) != 0)
		return "F2: a frame's count is the number of pages that map it";
	return NULL;
}

static const char *put_back(pte_t pte)
{
	++*frame_count(pte_page(pte));
	return NULL;
}

const char *recount(void)
{
	const char *wrong = frames_recount();

	if (wrong == NULL)
		wrong = visit_all(check_entry);
	if (wrong != NULL)
		return wrong;
	visit_all(take_away);
	wrong = visit_all(check_rest);
	visit_all(put_back);
	return wrong;
}
