/* user/test/fuzz/fuzz.h: what the parts of fuzz share. */
#pragma once

#include "test.h"

#define FUZZ_DIR "/tmp/fuzz"
#define POOL_SIZE (16 * PGSIZE)

/* ---- arguments.c: random numbers, and arguments made of them ---- */

void rand_start(uint64 seed);
uint64 rand64(void);
uint rand_below(uint limit);
bool one_in(uint n);

/* A raw system call; returns a0. */
long call(long number, long arg0, long arg1, long arg2);

extern char pool[POOL_SIZE]; /* memory that may be used */
extern char *huge;           /* a large part of the heap, or NULL */

long rand_number(void);
long rand_fd(void);
long rand_place(void); /* an address, most often of the pool */
long rand_count(void);
const char *rand_name(void);    /* of a file that may come and go */
const char *rand_path(void);    /* of that, or of one that must stay */
long of_path(const char *path); /* as an argument: now and then a bad one */

const char *pick(const char *const *from, uint n);
#define PICK(list) pick(list, ARRAY_LEN(list))

/* ---- calls.c: one function for each kind of call ---- */

extern void (*const actions[])(void);
extern const uint nactions;

/* ---- processes.c: the same for processes ---- */

extern int keeper;     /* pid of the process that must not be killed */
extern bool may_audit; /* calls may ask for an audit */

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
