/* user/test/usertests/far.h: run a program whose heap lies at a given address,
 * and that may have more segments. */
#pragma once

#include "tests.h"

struct far {
	uint64 border; /* the heap begins a few pages below, and crosses it */
	/* Segments between the program's text at 64 KiB and its data, 2 MiB
	 * below the border; may be NULL. */
	const struct segment *more;
	uint16 count;
	/* Called while the program sleeps, before its heap grows and after it
	 * has shrunk again; may be NULL. */
	void (*look)(const struct far *far, int pid);
};

/* Run it. Its heap grows, it forks, both processes write to all pages, and the
 * heap shrinks. Checks that this costs no frame. Returns the status of the
 * program: 0, or the number of what was wrong (far.c). */
int far_run(const struct far *far);
