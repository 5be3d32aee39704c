/* grade/machine/strict/words.c: prints stories. An address in angle brackets is
 * a pc; source_lines.py replaces those of the kernel by source lines. */
#include <stdio.h>

#include "front.h"

static const char *const verbs[] = { "loaded from", "stored to",
				     "fetched instructions from" };

static const char *who(int hart, char *text, size_t size)
{
	if (hart == DEVICE)
		snprintf(text, size, "a device");
	else
		snprintf(text, size, "hart %d", hart);
	return text;
}

static void tell_rights(uint64_t pte)
{
	static const char names[] = "VRWXUGAD";

	fprintf(stderr, "frame 0x%lx with ", pte >> 10 << 12);
	for (int bit = 7; bit >= 0; bit--)
		fputc(pte >> bit & 1 ? names[bit] : '-', stderr);
}

/* Tell how the entry was changed. */
static void tell_change(const struct story *s)
{
	char name[24];

	if (s->change.hart == NOBODY) {
		fprintf(stderr,
			"  the entry has not changed lately; it belongs "
			"to tables that the hart no longer uses\n");
		return;
	}
	fprintf(stderr,
		"  %s changed the entry, at 0x%lx, at step %lu <0x%lx>: from ",
		who(s->change.hart, name, sizeof(name)), s->change.pa,
		s->change.when, s->change.pc);
	tell_rights(s->change.old);
	if (s->change.new & 1) {
		fprintf(stderr, " to ");
		tell_rights(s->change.new);
		fputc('\n', stderr);
	} else {
		fprintf(stderr, " to nothing\n");
	}
}

static void tell_fence(const struct sfence *fence)
{
	fprintf(stderr, "sfence.vma at step %lu <0x%lx>", fence->when,
		fence->pc);
	if (fence->has_va)
		fprintf(stderr, ", for address 0x%lx", fence->va);
	if (fence->has_asid)
		fprintf(stderr, "%s ASID %lu", fence->has_va ? " and" : ", for",
			fence->asid);
	fputc('\n', stderr);
}

/* Tell which fences the hart executed since the change, or else the last one
 * before it. */
static void tell_fences(const struct story *s)
{
	uint64_t since =
		s->change.hart == NOBODY ? s->entry.since : s->change.when;
	const struct sfence *before = NULL;
	bool any = false;

	for (uint32_t n = 0; n < SFENCES && n < s->nfences; n++) {
		uint32_t at = s->nfences < SFENCES ? n : s->nfences + n;
		const struct sfence *fence = &s->fences[at % SFENCES];

		if (fence->when < since) {
			before = fence;
			continue;
		}
		fprintf(stderr, "  a later fence does not cover it: ");
		tell_fence(fence);
		any = true;
	}
	if (any)
		return;
	fprintf(stderr, "  no sfence.vma of hart %d followed\n", s->hart);
	if (before != NULL) {
		fprintf(stderr, "  the last one came %lu steps too early: ",
			since - before->when);
		tell_fence(before);
	}
}

static void tell_stale(const struct story *s)
{
	bool is_table = s->kind == STORY_TABLE;

	fprintf(stderr,
		"story: hart %d %s 0x%lx at step %lu <0x%lx> through a "
		"%s\n",
		s->hart, verbs[s->access], s->va, s->when, s->pc,
		is_table ? "page table that its tables no longer lead to"
			 : "stale translation");
	fprintf(stderr,
		"  the hart fetched the %sentry%s at step %lu <0x%lx>: ",
		is_table ? "upper " : "",
		s->entry.ahead ? ", ahead of use," : "", s->entry.since,
		s->entry.pc);
	tell_rights(s->entry.pte);
	fputc('\n', stderr);
	tell_change(s);
	tell_fences(s);
}

static void tell_code(const struct story *s)
{
	char name[24];

	fprintf(stderr,
		"story: hart %d executed at step %lu <0x%lx> an instruction "
		"of frame 0x%lx that has changed since\n"
		"  the hart fetched it at step %lu\n",
		s->hart, s->when, s->pc, s->pa & ~(PAGE - 1), s->entry.since);
	if (s->change.hart != NOBODY)
		fprintf(stderr, "  %s stored there at step %lu <0x%lx>\n",
			who(s->change.hart, name, sizeof(name)), s->change.when,
			s->change.pc);
	fprintf(stderr, "  no fence.i of hart %d followed\n", s->hart);
}

static void tell_early(const struct story *s, uint64_t times)
{
	char name[24];

	fprintf(stderr,
		"story: hart %d loaded from 0x%lx at step %lu <0x%lx> what was "
		"there before %s stored to it at step %lu <0x%lx>\n"
		"  no fence, acquire or dependency of hart %d ordered the load "
		"(%lu loads were early; this is the last)\n",
		s->hart, s->pa, s->when, s->pc,
		who(s->change.hart, name, sizeof(name)), s->change.when,
		s->change.pc, s->hart, times);
}

void tell_stories(const struct machine *m)
{
	if (m->nstories[STORY_STALE] != 0)
		tell_stale(&m->story[STORY_STALE]);
	if (m->nstories[STORY_TABLE] != 0)
		tell_stale(&m->story[STORY_TABLE]);
	if (m->nstories[STORY_CODE] != 0)
		tell_code(&m->story[STORY_CODE]);
	if (m->nstories[STORY_EARLY] != 0 && m->ending != ENDED_STORY)
		tell_early(&m->story[STORY_EARLY], m->nstories[STORY_EARLY]);
}
