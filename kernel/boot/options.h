/* kernel/boot/options.h: parse the boot arguments. */
#pragma once

#include "lib/types.h"
#include "mm/promise.h"
#include "proc/exec_args.h"

/* The words that the kernel knows; all others become arguments of init. */
struct options {
	uint64 maxproc; /* maxproc=N: most processes; 0: depends on RAM */
	enum promise_policy overcommit; /* overcommit=POLICY */
	bool quiet;                     /* quiet: no greeting */
	bool panic_exit;                /* panic=exit: a panic ends QEMU */
	const char *others; /* all boot arguments, for options_init_args() */
};

/* Parse `bootargs`, which must stay valid. Returns NULL, or the first word that
 * is invalid. */
const char *options_parse(const char *bootargs, struct options *options);

/* Add all words that are not for the kernel. Returns 0 or -E2BIG. */
int options_init_args(const struct options *options, struct exec_args *args);
