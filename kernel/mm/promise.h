/* kernel/mm/promise.h: how much memory all programs together were promised.
 *
 * Counted are the pages that programs may write, whether they are there or not:
 * each of them may come to need a frame of its own.
 *
 * C1: the sum is that of all address spaces, and of the zeros that processes
 * share (mm/shared.h). */
#pragma once

#include "lib/types.h"

/* How much may be promised. */
enum promise_policy {
	PROMISE_HEURISTIC, /* to one program all memory; to all, any amount */
	PROMISE_ALWAYS,    /* any amount */
	PROMISE_NEVER,     /* to all together at most promise_limit() */
};

/* Find a policy by its name: "heuristic", "always" or "never". */
bool promise_find_policy(const char *name, enum promise_policy *policy);

/* What has been promised under another policy stays promised. */
void promise_set_policy(enum promise_policy policy);

/* Let a program that was promised `old` bytes be promised `new` ones instead.
 * Returns 0; or -ENOMEM, only if these are more, and then nothing has
 * changed. */
int promise_change(uint64 old, uint64 new);

/* The sum of all promises, in bytes. */
uint64 promise_sum(void);

/* How many bytes may be promised under `never`: all memory, except for a part
 * that page tables, the kernel and programs' text take. */
uint64 promise_limit(void);
