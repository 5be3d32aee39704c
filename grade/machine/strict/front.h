/* grade/machine/strict/front.h: declarations for the parts of the front end,
 * which use libc. */
#pragma once

#include "parts.h"

/* Exit statuses of the machine itself. All others are the guest's. */
#define STATUS_USAGE 121  /* an invalid option or file */
#define STATUS_LIMIT 122  /* still running after -limit instructions */
#define STATUS_ASLEEP 123 /* all harts wait for ever */
#define STATUS_STORY 124  /* -report: a stale translation was used */

struct options {
	const char *kernel, *disk, *append, *input, *coverage;
	uint64_t cpus, mem, seed, limit, burst, until, gdb;
	uint32_t strict;
	bool report;
};

struct front {
	struct options options;
	struct machine *m;
	int input; /* -1: there is none */
	bool is_file, is_terminal;
	uint64_t printed; /* bytes that the guest has printed */
	uint64_t muted;   /* of which this many have been shown before */
};

/* Print one line to standard error, and exit. */
void fail(const char *format, ...)
	__attribute__((noreturn, format(printf, 1, 2)));

/* elf.c: load the kernel as its program headers say. Returns its entry. */
uint64_t elf_load(struct machine *m, const char *path, const uint8_t *file,
		  uint64_t bytes);

/* words.c: print the stories of what went wrong. */
void tell_stories(const struct machine *m);

/* gdb.c: serve gdb until it detaches or kills the machine. */
void gdb_serve(struct front *front);
