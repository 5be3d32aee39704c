/* kernel/boot/options.h: the words of the boot arguments. */
#pragma once

#include "lib/types.h"
#include "proc/exec.h"

/* Words that the kernel understands; all others are init's arguments. */
struct options {
	uint64 maxproc;     /* maxproc=N: processes at most; 0: by RAM */
	bool quiet;         /* quiet: no greeting */
	bool panic_exit;    /* panic=exit: end QEMU after a panic */
	const char *others; /* the whole text, for options_init_args() */
};

/* Take the options from `bootargs`, which must stay. Returns NULL, or a word
 * that cannot be understood. */
const char *options_parse(const char *bootargs, struct options *options);

/* Add all words that are not the kernel's; 0 or -E2BIG. */
int options_init_args(const struct options *options, struct exec_args *args);
