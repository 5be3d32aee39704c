/* grade/machine/strict/front.h: what the parts of the front end offer each
 * other; these use libc. */
#pragma once

#include "parts.h"

/* Exit statuses of our own; all others are the guest's. */
#define STATUS_USAGE 121  /* a bad option or file */
#define STATUS_LIMIT 122  /* no end after -limit instructions */
#define STATUS_ASLEEP 123 /* all harts wait for ever */
#define STATUS_STORY 124  /* -report: a stale use */

struct options {
	const char *kernel, *disk, *append, *input, *coverage;
	uint64_t cpus, mem, seed, limit, burst, gdb;
	uint32_t strict;
	bool report;
};

struct front {
	struct options options;
	struct machine *m;
	int input; /* -1: there is none */
	bool is_file, is_terminal;
	uint64_t printed; /* bytes so far */
	uint64_t muted;   /* so many were printed by an earlier life */
};

/* One line to standard error; then the end. */
void fail(const char *format, ...)
	__attribute__((noreturn, format(printf, 1, 2)));

/* elf.c: put the kernel where its program headers say; returns its entry. */
uint64_t elf_load(struct machine *m, const char *path, const uint8_t *file,
		  uint64_t bytes);

/* words.c: print what is known of what went wrong. */
void tell_stories(const struct machine *m);

/* gdb.c: until gdb lets the machine run on, or kills it. */
void gdb_serve(struct front *front);
