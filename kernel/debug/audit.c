/* kernel/debug/audit.c: check the invariants of memory while nothing changes.
 *
 * The audit needs no memory of its own. While the other harts stand still it
 * uses the counts of the frames as scratch space: subtract one for each entry
 * that maps a frame, and FRAME_CACHED for each buffer of the block cache and
 * each frame that processes share, check that 0 is left, and add them again. */
#include "debug/audit.h"

#include "abi/errno.h"
#include "dev/ipi.h"
#include "fs/block.h"
#include "lib/hart.h"
#include "lib/panic.h"
#include "mm/frame.h"
#include "mm/pagetable.h"
#include "mm/promise.h"
#include "mm/shared.h"
#include "mm/uvm.h"

static struct hart *auditor; /* atomic; the hart that has stopped the others */
static uint32 resting;       /* atomic; number of stopped harts */

static bool another_audits(void)
{
	struct hart *who = __atomic_load_n(&auditor, __ATOMIC_SEQ_CST);

	return who != NULL && who != this_hart();
}

/* Check again after the decrement: another auditor may have started just before
 * it, and may have counted this hart as stopped. */
void audit_rest(void)
{
	while (another_audits()) {
		__atomic_fetch_add(&resting, 1, __ATOMIC_SEQ_CST);
		while (another_audits())
			if (panicked())
				hart_park();
		__atomic_fetch_sub(&resting, 1, __ATOMIC_SEQ_CST);
	}
}

static void stop_others(void)
{
	struct hart *nobody = NULL;

	while (!__atomic_compare_exchange_n(&auditor, &nobody, this_hart(),
					    false, __ATOMIC_SEQ_CST,
					    __ATOMIC_RELAXED)) {
		nobody = NULL;
		audit_rest();
	}
	ipi_send_others();
	while (__atomic_load_n(&resting, __ATOMIC_SEQ_CST) != nharts - 1)
		if (panicked())
			hart_park();
}

/* Returns NULL, or what is wrong with a valid user entry. */
typedef const char *visitor(pte_t pte);

/* Visit every valid user entry, until one is wrong. Inline, so that the
 * visitors are too. */
static inline const char *visit_all(visitor *visit)
{
	const char *wrong = NULL;
	struct pte_run run;

	LIST_EACH(link, &all_uvms) {
		const struct uvm *uvm = LIST_ENTRY(link, struct uvm, link);
		uint64 va = 0;

		for (; uvm_next_run(uvm, va, uvm_end(uvm), &run); va = run.end)
			for (uint64 i = 0; i < run.count && wrong == NULL; i++)
				if (run.entry[i] & PTE_V)
					wrong = visit(run.entry[i]);
	}
	return wrong;
}

static const char *check_entry(pte_t pte)
{
	if (pte_page(pte) == zero_frame)
		return pte & PTE_W
			       ? "Z1: no program can write to the zero frame"
			       : NULL;
	if (!frame_exists(pte_page(pte)))
		return "F2: every page maps a frame";
	if ((pte & PTE_W) && *frame_count(pte_page(pte)) != 1 &&
	    !(*frame_count(pte_page(pte)) & FRAME_CACHED))
		return "P1: a writable page has a frame of its own";
	if ((pte & PTE_COW) && (!(pte & PTE_U) || (pte & PTE_W)))
		return "P2: a copy-on-write page is a user page, not writable";
	if ((pte & PTE_SEALED) && (pte & (PTE_W | PTE_COW)))
		return "P3: a read-only page is never copy-on-write";
	return NULL;
}

static const char *subtract_one(pte_t pte)
{
	if (pte_is_counted(pte))
		--*frame_count(pte_page(pte));
	return NULL;
}

static const char *check_zero(pte_t pte)
{
	if (pte_is_counted(pte) && *frame_count(pte_page(pte)) != 0)
		return "F2: a frame's count is the number of its owners";
	return NULL;
}

/* ---- frames that the kernel owns together with programs ---- */

static void subtract_cached(const void *frame)
{
	*frame_count(frame) -= FRAME_CACHED;
}

static void add_cached(const void *frame)
{
	*frame_count(frame) += FRAME_CACHED;
}

static bool cached_ones_add_up; /* of the hart that audits */

static void check_cached(const void *frame)
{
	cached_ones_add_up &= *frame_count(frame) == 0;
}

static void visit_cached(void (*visit)(const void *frame))
{
	block_each_frame(false, visit);
	shared_each_frame(visit);
}

static const char *add_one(pte_t pte)
{
	if (pte_is_counted(pte))
		++*frame_count(pte_page(pte));
	return NULL;
}

/* Whether a page in a range has one of these rights, perhaps only once it has a
 * frame of its own; PTE_V: whether there is a page at all. */
static bool any_page_has(const struct uvm *uvm, uint64 start, uint64 end,
			 uint64 rights)
{
	struct pte_run run;

	for (uint64 va = start; pt_next_run(uvm->root, va, end, &run);
	     va = run.end)
		for (uint64 i = 0; i < run.count; i++) {
			pte_t pte = run.entry[i];

			if (pte_is_cow(pte))
				pte |= PTE_W;
			if ((pte & PTE_V) && (pte & rights))
				return true;
		}
	return false;
}

/* Whether a frame belongs to a source or to the block cache. */
static bool is_cached(const void *frame)
{
	return *frame_count(frame) & FRAME_CACHED;
}

static const void *wanted; /* of the hart that audits */
static bool was_found;

static void compare_with_wanted(const void *frame)
{
	was_found |= frame == wanted;
}

static bool is_not_logged(const void *frame)
{
	wanted = frame;
	was_found = false;
	block_each_frame(true, compare_with_wanted);
	return !was_found;
}

/* Whether a page in a range can be written and has such a frame. */
static bool stores_to(const struct uvm *uvm, uint64 start, uint64 end,
		      bool (*is_such)(const void *frame))
{
	struct pte_run run;

	for (uint64 va = start; pt_next_run(uvm->root, va, end, &run);
	     va = run.end)
		for (uint64 i = 0; i < run.count; i++)
			if ((run.entry[i] & PTE_V) && (run.entry[i] & PTE_W) &&
			    is_such(pte_page(run.entry[i])))
				return true;
	return false;
}

/* Check R1, R2, J1 and a part of P1 for one address space. */
static const char *check_regions(const struct uvm *uvm)
{
	const struct regions *regions = &uvm->regions;
	const struct region none = {}, *before = &none;
	uint64 end = 0;

	for (uint64 i = 0; i < regions->count; i++) {
		const struct region *r = &regions->list[i];

		if (r->start < end || r->end <= r->start ||
		    r->start % PGSIZE != 0 || r->end % PGSIZE != 0)
			return "R1: regions are sorted, disjoint and not empty";
		if (i > 0 && r->start == end && r->rights == before->rights &&
		    r->source == before->source)
			return "R1: adjacent regions differ";
		if (any_page_has(uvm, end, r->start, PTE_V))
			return "R2: every page lies in a region";
		if (any_page_has(uvm, r->start, r->end,
				 ~r->rights & PTE_RIGHTS))
			return "R2: a page has only the rights of its region";
		if (!region_is_shared(r) &&
		    stores_to(uvm, r->start, r->end, is_cached))
			return "P1: only shared pages have frames of a source";
		if (region_is_shared(r) && r->source->file != NULL &&
		    stores_to(uvm, r->start, r->end, is_not_logged))
			return "J1: stores to a file belong to a transaction";
		end = r->end;
		before = r;
	}
	return any_page_has(uvm, end, USER_END, PTE_V)
		       ? "R2: every page lies in a region"
		       : NULL;
}

static const char *check_all_regions(void)
{
	const char *wrong = NULL;

	LIST_EACH(link, &all_uvms) {
		if (wrong == NULL)
			wrong = check_regions(
				LIST_ENTRY(link, struct uvm, link));
	}
	return wrong;
}

static const char *check_promises(void)
{
	uint64 sum = shared_zeros_bytes();

	LIST_EACH(link, &all_uvms) {
		const struct regions *regions =
			&LIST_ENTRY(link, struct uvm, link)->regions;

		for (uint64 i = 0; i < regions->count; i++)
			if ((regions->list[i].rights & PTE_W) &&
			    !region_is_shared(&regions->list[i]))
				sum += regions->list[i].end -
				       regions->list[i].start;
	}
	return sum != promise_sum() ? "C1: all promises are in the sum" : NULL;
}

static const char *check_pages(void)
{
	if (*frame_count(zero_frame) != 0)
		return "Z1: the zero frame is not counted";

	const char *wrong = visit_all(check_entry);

	if (wrong != NULL)
		return wrong;
	visit_cached(subtract_cached);
	visit_all(subtract_one);
	wrong = visit_all(check_zero);
	cached_ones_add_up = true;
	visit_cached(check_cached);
	if (wrong == NULL && !cached_ones_add_up)
		wrong = "F2: a frame's count is the number of its owners";
	visit_all(add_one);
	visit_cached(add_cached);
	return wrong;
}

int audit(void)
{
	stop_others();
	const char *wrong = frames_audit();

	if (wrong == NULL)
		wrong = check_pages();
	if (wrong == NULL)
		wrong = check_all_regions();
	if (wrong == NULL)
		wrong = check_promises();
	__atomic_store_n(&auditor, NULL, __ATOMIC_RELEASE);
	if (wrong == NULL)
		return 0;
	kprintf("audit: does not hold: %s\n", wrong);
	return -EIO;
}
