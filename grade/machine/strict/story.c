/* grade/machine/strict/story.c: what went wrong, as it happened: which hart
 * used what, who had changed it when, and which fences came between. main.c
 * tells it in words. */
#include "parts.h"

/* The last change of the entry at pa, if that is known. */
static struct change change_of(const struct machine *m, uint64_t pa)
{
	const struct change *change = &m->changes[pa / 8 % CHANGES];

	return change->pa == pa ? *change : (struct change){ .hart = -1 };
}

static void keep(struct hart *h, const struct story *story)
{
	struct machine *m = h->m;

	m->nstories[story->kind]++;
	if (m->nstories[story->kind] > 1 && m->stop_at_story)
		return;
	m->story[story->kind] = *story;
	memcpy(m->story[story->kind].fences, h->fences, sizeof(h->fences));
	m->story[story->kind].nfences = h->nfences;
	if (m->stop_at_story && story->kind != STORY_EARLY) {
		m->ending = ENDED_STORY;
		h->stop |= STOP_END;
	}
}

/* A hart uses a kept entry. It is stale if the tables as the hart sees them now
 * do not let it have this access to this memory. */
void story_stale(struct hart *h, uint64_t va, enum access access, uint32_t mode,
		 const struct leaf *leaf)
{
	struct machine *m = h->m;
	const struct kept *entry = &leaf->entry;
	struct leaf today;

	if (!leaf->is_valid || !pte_allows(h, entry->pte, access, mode))
		return;
	walk(h, va, NULL, true, &today);

	uint64_t pa = pte_target(entry->pte, entry->level, va);
	bool is_allowed =
		today.is_valid && pte_allows(h, today.entry.pte, access, mode);

	if (is_allowed &&
	    pte_target(today.entry.pte, today.entry.level, va) == pa)
		return;

	bool by_table = leaf->upper.level != 0xff;
	struct story story = {
		.kind = by_table ? STORY_TABLE : STORY_STALE,
		.access = access,
		.mode = (uint8_t)mode,
		.hart = (int32_t)h->id,
		.when = now(h),
		.pc = h->pc,
		.va = va,
		.pa = pa,
		.now_pte = today.is_valid ? today.entry.pte : 0,
		.entry = by_table ? leaf->upper : *entry,
	};

	story.change = change_of(m, story.entry.pte_pa);
	keep(h, &story);
}

/* A load has seen memory as it was before the store `missed`. */
void story_early(struct hart *h, uint64_t pa, const struct old_value *missed)
{
	struct story story = {
		.kind = STORY_EARLY,
		.access = ACCESS_LOAD,
		.mode = (uint8_t)h->mode,
		.hart = (int32_t)h->id,
		.when = now(h),
		.pc = h->pc,
		.pa = pa,
		.change = { .pa = missed->pa,
			    .old = missed->value,
			    .when = missed->when,
			    .pc = missed->pc,
			    .hart = missed->hart },
	};

	keep(h, &story);
}
