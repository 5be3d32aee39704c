/* grade/machine/strict/story.c: records what went wrong: which hart used a
 * stale entry, who had changed the entry when, and which fences came in
 * between. words.c prints it. */
#include "parts.h"

/* The last change of the entry at pa, if it is recorded. */
static struct change change_of(const struct machine *m, uint64_t pa)
{
	const struct change *change = &m->changes[pa / 8 % CHANGES];

	return change->pa == pa ? *change : (struct change){ .hart = NOBODY };
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

/* True if the hart's tables no longer lead to the table of this upper entry. */
static bool is_stale_table(const struct hart *h, const struct kept *upper)
{
	uint64_t pte;

	if (upper->level == NO_UPPER || !in_ram(h->m, upper->pte_pa, 8))
		return false;
	pte = ram_load(h->m, upper->pte_pa, 8);
	return pending_forward(h, upper->pte_pa, 8, pte) != upper->pte;
}

/* A hart uses a kept entry. The entry is stale if the tables, as the hart sees
 * them now, do not allow this access to this memory, or if they no longer
 * contain a table that the walk went through. */
void story_stale(struct hart *h, uint64_t va, enum access access, uint32_t mode,
		 const struct leaf *leaf)
{
	struct machine *m = h->m;
	const struct kept *entry = &leaf->entry;
	struct leaf today;

	bool by_table = is_stale_table(h, &leaf->upper);

	if (!by_table &&
	    (!leaf->is_valid || !pte_allows(h, entry->pte, access, mode)))
		return;
	walk(h, va, NULL, true, &today);

	uint64_t pa = pte_target(entry->pte, entry->level, va);
	bool is_allowed =
		today.is_valid && pte_allows(h, today.entry.pte, access, mode);

	if (!by_table && is_allowed &&
	    pte_target(today.entry.pte, today.entry.level, va) == pa)
		return;

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

/* A load saw memory as it was before the store `missed`. */
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

/* A hart executes from an old copy of a page of instructions. It matters if the
 * next instruction has changed. */
void story_code(struct hart *h, uint64_t page, const struct code_page *code)
{
	struct machine *m = h->m;
	uint64_t at = h->pc % PAGE & ~1UL, pa = page + at;
	size_t bytes = at + 4 <= PAGE ? 4 : 2;
	struct story story = { .kind = STORY_CODE,
			       .access = ACCESS_FETCH,
			       .mode = (uint8_t)h->mode,
			       .hart = (int32_t)h->id,
			       .when = now(h),
			       .pc = h->pc,
			       .va = h->pc,
			       .pa = pa,
			       .entry.since = code->since,
			       .change.hart = NOBODY };
	const struct old_value *old = past_store(m, pa & ~7UL, NULL, 0);

	if (memcmp(ram_at(m, pa), &code->raw[at], bytes) == 0)
		return;
	if (old != NULL)
		story.change = (struct change){ .when = old->when,
						.pc = old->pc,
						.hart = old->hart };
	keep(h, &story);
}
