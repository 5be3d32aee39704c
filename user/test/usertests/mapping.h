/* user/test/usertests/mapping.h: helpers for tests that map memory. */
#pragma once

#include "mman.h"
#include "process.h"
#include "tests.h"

/* Map `pages` private pages at or near `at`, with some more flags. Returns
 * MAP_FAILED if that fails. */
char *mmap_at(char *at, long pages, int prot, int flags);

/* Map pages anywhere, to read and to write. */
char *xmap(long pages);

/* The same, and fill them as pages_fill() does. */
char *xmap_filled(long pages, int seed);

void xunmap(char *at, long pages);
void xprotect(char *at, long pages, int prot);

/* Check that parent and child each get their own pages, whoever writes first
 * after a fork, in pages that nobody has touched yet. */
void check_private_after_fork(char *pages, long count);

void pages_check_zero(const char *pages, long count);

/* Check that a load from there kills, and that calls are refused. */
void check_killed(const char *byte);
void check_store_killed(char *byte);

/* The part of this process's memory that contains `at`, if there is one. */
bool mapping_at(const char *at, struct mapping *found);

/* Whether a frame of this process's own memory is mapped there. */
bool is_present(const char *at);

/* Make a file of that many pages, filled as pages_fill() does, and some bytes
 * 'x' more. */
void make_paged_file(const char *path, long count, int seed, size_t more);

/* Map a part of a file that begins at `offset`, privately. */
char *map_file(const char *path, long pages, int prot, long offset);

/* Map pages that processes share: of zeros, or of a file. */
char *xmap_shared(long pages);
char *share_file(const char *path, long pages, int prot, long offset);

/* Let a child store to each of the first `most` pages, at most 9, while the
 * n-th allocation fails for the n-th of them. The child may be killed. */
void store_with_failures(char *map, int most);

/* Make a file and share it, to read and to write. */
char *share_new_file(const char *path, long pages, int seed);

/* Make a file and map it, to read and to write. */
char *map_new_file(const char *path, long pages, int seed);

void write_to_file(const char *path, long offset, const void *bytes, size_t n);

/* Read a few bytes of a file. */
void read_from_file(const char *path, long offset, void *bytes, size_t n);

/* Check what read() finds. */
void check_paged_file(const char *path, long count, int seed);
