/* grade/machine/strict/kept.c: the set of translations that a hart keeps
 * (privileged specification, 4.2.1). */
#include "parts.h"

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

static bool matches(const struct hart *h, const struct kept *entry, uint64_t va,
		    uint32_t level, bool leaf)
{
	uint64_t span = PAGE << (9 * level);

	return entry->level == level && is_leaf_entry(entry) == leaf &&
	       entry->va == (va & ~(span - 1)) &&
	       (entry->global || entry->asid == (h->satp >> 44 & 0xffff));
}

uint32_t kept_gather(const struct hart *h, uint64_t va, bool leaf,
		     const struct kept *found[KEPT_CHOICES])
{
	const struct kept_set *set = h->kept;
	uint32_t n = 0;

	for (uint32_t level = leaf ? 0 : 1; level < 3; level++) {
		int32_t at = set->bucket[bucket_of(va, level, leaf)];

		for (; at != 0 && n < KEPT_CHOICES;
		     at = set->entry[at - 1].next)
			if (matches(h, &set->entry[at - 1], va, level, leaf))
				found[n++] = &set->entry[at - 1];
	}
	return n;
}
