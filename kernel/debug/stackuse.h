/* kernel/debug/stackuse.h: DEBUG: check that kernel stacks are large enough.
 *
 * A stack that overflows hits its guard page. One that nearly overflows shows
 * nothing until another compiler needs a few bytes more. So the lowest
 * STACK_SPARE bytes of each kernel stack are painted, and whoever frees the
 * stack sees whether they were ever used.
 *
 * In other builds all of this is empty. */
#pragma once

#define STACK_SPARE 256 /* bytes, a multiple of 8 */

#ifdef DEBUG
/* Paint the lowest bytes of a stack that is not in use yet. */
void stack_paint(void *stack);

/* Panic if these bytes have changed since then. `name` is that of the process.
 */
void stack_check(const void *stack, const char *name);
#else
#define stack_paint(stack) ((void)0)
#define stack_check(stack, name) ((void)0)
#endif
