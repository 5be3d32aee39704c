/* grade/machine/strict/words.c: tells stories. An address in angle brackets is
 * one of the kernel; grade/ puts its source line there. */
#include <stdio.h>

#include "front.h"

void tell_stories(const struct machine *m)
{
	for (int kind = STORY_NONE + 1; kind < STORY_KINDS; kind++) {
		const struct story *s = &m->story[kind];

		if (m->nstories[kind] == 0)
			continue;
		fprintf(stderr,
			"story: kind %d hart %d mode %d access %d at step %lu "
			"pc <0x%lx> va 0x%lx pa 0x%lx; "
			"entry level %d pte 0x%lx at 0x%lx fetched at step "
			"%lu%s <0x%lx>; changed at %lu by %d <0x%lx> 0x%lx -> "
			"0x%lx; now 0x%lx (%lu such)\n",
			kind, s->hart, s->mode, s->access, s->when, s->pc,
			s->va, s->pa, s->entry.level, s->entry.pte,
			s->entry.pte_pa, s->entry.since,
			s->entry.ahead ? " ahead" : "", s->entry.pc,
			s->change.when, s->change.hart, s->change.pc,
			s->change.old, s->change.new, s->now_pte,
			m->nstories[kind]);
	}
}
