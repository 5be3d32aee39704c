/* grade/machine/strict/kept.c: the translations that a hart keeps (privileged
 * specification, 4.2.1).
 *
 * A hart may use any translation that was valid at some time since the latest
 * sfence.vma that covers it. So it keeps all entries that it has fetched, leaf
 * and upper ones, by ASID, whatever is written to satp. It also fetches entries
 * ahead of use, preferably those that are about to change. Where it has an old
 * and a new entry, it chooses at random. */
#include "parts.h"

#define PTE_V (1UL << 0)
#define PTE_RWX 0xeUL

static bool is_leaf_entry(const struct kept *entry)
{
	return entry->pte & PTE_RWX;
}

static uint32_t bucket_of(uint64_t va, uint32_t level, bool leaf)
{
	uint64_t key = (va >> (12 + 9 * level)) * 8 + level * 2 + leaf;

	return (uint32_t)(key * 0x9e3779b97f4a7c15UL >> 54) % KEPT_BUCKETS;
}

static bool matches(const struct hart *h, const struct kept *entry, uint64_t va,
		    uint32_t level, bool leaf)
{
	uint64_t span = PAGE << (9 * level);

	return entry->level == level && is_leaf_entry(entry) == leaf &&
	       entry->va == (va & ~(span - 1)) &&
	       (entry->global || entry->asid == (h->satp >> 44 & 0xffff));
}

void kept_clear(struct hart *h)
{
	struct kept_set *set = h->kept;

	memset(set->bucket, 0, sizeof(set->bucket));
	set->free = 0;
	set->fresh = 0;
	set->count = 0;
}

/* Keep an entry, unless the hart already keeps the same one. */
void kept_add(struct hart *h, const struct kept *entry)
{
	struct kept_set *set = h->kept;
	bool leaf = is_leaf_entry(entry);
	int32_t *bucket =
		&set->bucket[bucket_of(entry->va, entry->level, leaf)];

	for (int32_t at = *bucket; at != 0; at = set->entry[at - 1].next) {
		const struct kept *other = &set->entry[at - 1];

		if (other->va == entry->va && other->pte == entry->pte &&
		    other->pte_pa == entry->pte_pa &&
		    other->level == entry->level &&
		    other->global == entry->global &&
		    other->asid == entry->asid)
			return;
	}
	if (set->free == 0 && set->fresh == KEPT_MAX) {
		kept_clear(h);
		bucket = &set->bucket[bucket_of(entry->va, entry->level, leaf)];
	}
	int32_t at = set->free;

	if (at != 0)
		set->free = set->entry[at - 1].next;
	else
		at = (int32_t)++set->fresh;
	set->entry[at - 1] = *entry;
	set->entry[at - 1].next = *bucket;
	*bucket = at;
	set->count++;
}

/* ---- sfence.vma ---- */

static bool is_fenced(const struct kept *entry, const struct sfence *fence)
{
	uint64_t span = PAGE << (9 * entry->level);

	if (fence->has_asid &&
	    (entry->global || entry->asid != (uint16_t)fence->asid))
		return false;
	if (!fence->has_va)
		return true;
	return is_leaf_entry(entry) && fence->va - entry->va < span;
}

void kept_fence(struct hart *h, const struct sfence *fence)
{
	struct kept_set *set = h->kept;

	if (set->count == 0)
		return;
	for (size_t b = 0; b < KEPT_BUCKETS; b++) {
		int32_t *link = &set->bucket[b];

		while (*link != 0) {
			struct kept *entry = &set->entry[*link - 1];
			int32_t at = *link;

			if (!is_fenced(entry, fence)) {
				link = &entry->next;
				continue;
			}
			*link = entry->next;
			entry->next = set->free;
			set->free = at;
			set->count--;
		}
	}
}

/* ---- use ---- */

#define CHOICES 8

/* Collect all kept entries for va, the latest first. */
static uint32_t gather(const struct hart *h, uint64_t va, bool leaf,
		       const struct kept **found)
{
	const struct kept_set *set = h->kept;
	uint32_t n = 0;

	for (uint32_t level = leaf ? 0 : 1; level < 3; level++) {
		int32_t at = set->bucket[bucket_of(va, level, leaf)];

		for (; at != 0 && n < CHOICES; at = set->entry[at - 1].next)
			if (matches(h, &set->entry[at - 1], va, level, leaf))
				found[n++] = &set->entry[at - 1];
	}
	return n;
}

/* Walk the tables from the root or from a kept upper entry, and keep the
 * result. */
static void walk_and_keep(struct hart *h, uint64_t va, bool ahead,
			  struct leaf *leaf)
{
	const struct kept *upper[CHOICES];
	uint32_t n = gather(h, va, false, upper);
	struct kept start;
	bool from_upper = n != 0 && !one_in(h->m, 4);

	if (from_upper)
		start = *upper[below(h->m, n)];
	walk(h, va, from_upper ? &start : NULL, false, leaf);
	leaf->entry.ahead = ahead;
	if (leaf->is_valid)
		kept_add(h, &leaf->entry);
}

void kept_find(struct hart *h, uint64_t va, enum access access, uint32_t mode,
	       struct leaf *leaf)
{
	const struct kept *found[CHOICES];
	uint32_t n = gather(h, va, true, found);

	if (n == 0 || one_in(h->m, 8)) {
		walk_and_keep(h, va, false, leaf);
	} else {
		/* The oldest entry is the one most likely to do harm. */
		uint32_t choice =
			one_in(h->m, 4) ? (uint32_t)below(h->m, n) : n - 1;

		*leaf = (struct leaf){ .is_valid = true,
				       .from_kept = true,
				       .upper.level = NO_UPPER };
		leaf->entry = *found[choice];
	}
	if (leaf->from_kept || leaf->upper.level != NO_UPPER)
		story_stale(h, va, access, mode, leaf);
}

/* ---- ahead of use ---- */

static bool can_walk(const struct hart *h)
{
	return h->satp >> 60 == 8;
}

/* Choose an address that the tables map: at each level, the next valid entry
 * from a random point on. */
static bool draw_address(struct hart *h, uint64_t *va)
{
	struct machine *m = h->m;
	uint64_t table = (h->satp & ((1UL << 44) - 1)) * PAGE;

	*va = 0;
	for (int level = 2; level >= 0; level--) {
		uint64_t from = below(m, 512), pte = 0, n = 0;

		if (!in_ram(m, table, PAGE))
			return false;
		for (; n < 512; n++) {
			uint64_t index = (from + n) % 512;

			pte = ram_load(m, table + index * 8, 8);
			if (pte & PTE_V) {
				*va |= index << (12 + 9 * level);
				break;
			}
		}
		if (n == 512)
			return false;
		if (pte & PTE_RWX)
			break;
		table = pte_target(pte, 0, 0);
	}
	*va = (uint64_t)((int64_t)(*va << 25) >> 25);
	return true;
}

/* Perhaps fetch a translation ahead of use, as a hart may at any moment. */
void kept_ahead(struct hart *h)
{
	uint64_t va = h->recent[below(h->m, RECENT)];
	struct leaf leaf;

	if (!can_walk(h) || (one_in(h->m, 4) && !draw_address(h, &va)))
		return;
	walk_and_keep(h, va, true, &leaf);
}

/* The entry at pa is about to change, so fetch it ahead of use now. */
void kept_before_store(struct machine *m, uint64_t pa)
{
	const struct page *page = page_of(m, pa);
	uint64_t span = PAGE << (9 * page->level);
	uint64_t va = page->va + pa % PAGE / 8 * span;
	struct leaf leaf;

	for (uint32_t n = 0; n < m->nharts; n++)
		if (can_walk(&m->hart[n]) && one_in(m, 2))
			walk_and_keep(&m->hart[n], va, true, &leaf);
}
