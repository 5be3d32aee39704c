/* user/test/fuzz/fuzz.h: declarations for all parts of fuzz. */
#pragma once

#include "test.h"

#define FUZZ_DIR "/tmp/fuzz"
#define POOL_SIZE (16 * PGSIZE)

/* ---- arguments.c: random numbers and random arguments ---- */

void rand_start(uint64 seed);
uint64 rand64(void);
uint rand_below(uint limit);
bool one_in(uint n);

/* A raw system call; returns a0. */
long call(long number, long arg0, long arg1, long arg2);

extern char pool[POOL_SIZE]; /* valid memory for buffers */
extern char *huge;           /* a large part of the heap, or NULL */

long rand_number(void);
long rand_fd(void);
long rand_place(void); /* an address, usually in the pool */
long rand_count(void);
const char *rand_name(void);    /* a file of the fuzzer's own */
const char *rand_path(void);    /* one of those, or a file of the system */
long of_path(const char *path); /* a pointer to it, now and then invalid */

const char *pick(const char *const *from, uint n);
#define PICK(list) pick(list, ARRAY_LEN(list))

/* ---- calls.c: a function for each call on memory and files ---- */

extern void (*const actions[])(void);
extern const uint nactions;

/* ---- mapping.c: a function for each call on mappings ---- */

void do_mmap(void);
void do_munmap(void);
void do_mprotect(void);
void do_madvise(void);
void do_touch(void);

/* ---- processes.c: a function for each call on processes ---- */

extern int keeper; /* pid of the process that must not be killed */
/* MAY_AUDIT if calls may ask for an audit, which stops the machine for a while.
 * Random calls store into this program, but never that number. */
#define MAY_AUDIT 0x7a91c4e2d5380b6fUL
extern uint64 may_audit;

void do_fork(void);
void do_wait(void);
void do_kill(void);
void do_exec(void);
void do_sleep(void);
void do_exit(void);
void do_foreground(void);
void do_unknown(void);

/* Make that many calls, then exit. */
void work(long calls) __attribute__((noreturn));
