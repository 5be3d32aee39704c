/* kernel/debug/crash.c: DEBUG: kernel bugs on request, to see their effects. */
#include "debug/crash.h"

#ifdef DEBUG
#include "abi/limits.h"
#include "debug/stackuse.h"
#include "lib/panic.h"
#include "lib/spinlock.h"
#include "lib/string.h"
#include "proc/sleeplock.h"

#define NOT_INLINED __attribute__((noinline))

/* Volatile, so that the compiler cannot see the bugs. */
static volatile int one = 1, large = 0x7fffffff, forty = 40;
static volatile uint64 nowhere = sizeof(int);

static struct spinlock left = SPINLOCK("crash left");
static struct spinlock right = SPINLOCK("crash right");

static int use_panic(void)
{
	panic("as asked for");
}

/* Recurse until the stack overflows. Without the sum the compiler would turn
 * this into a loop. */
static int use_stack_below(volatile int *depth)
{
	volatile int deeper = *depth + one;

	if (deeper < 0)
		return 0;
	return use_stack_below(&deeper) + deeper;
}

static int use_stack(void)
{
	volatile int depth = 0;

	return use_stack_below(&depth);
}

static int use_wild_pointer(void)
{
	*(volatile int *)nowhere = 0;
	return 0;
}

static int use_text(void)
{
	*(volatile char *)crash = 0;
	return 0;
}

static NOT_INLINED void left_then_right(void)
{
	spin_acquire(&left);
	spin_acquire(&right);
	spin_release(&right);
	spin_release(&left);
}

static NOT_INLINED void right_then_left(void)
{
	spin_acquire(&right);
	spin_acquire(&left);
	spin_release(&left);
	spin_release(&right);
}

/* No hart waits here: only the order is wrong. */
static int use_locks(void)
{
	left_then_right();
	right_then_left();
	return 0;
}

/* Two locks of one kind, such as inodes, must be taken by ascending rank. */
static int use_ranks(void)
{
	static struct sleeplock low, high;
	static const char name[] = "crash ranked";

	sleeplock_init(&low, name);
	sleeplock_init(&high, name);
	lock_set_rank(&low.note, 1);
	lock_set_rank(&high.note, 2);
	sleeplock_acquire(&high);
	sleeplock_acquire(&low);
	sleeplock_release(&low);
	sleeplock_release(&high);
	return 0;
}

static int use_shift(void)
{
	return one << forty;
}

static int use_sum(void)
{
	return large + one;
}

static int use_index(void)
{
	static volatile int table[4];

	return table[forty];
}

static int use_division(void)
{
	return large / (one - 1);
}

/* Store a byte where only calls that nearly overflow the stack would. */
static int use_spare(void)
{
	uint64 stack = ROUND_DOWN((uint64)__builtin_frame_address(0), PGSIZE);

	*(volatile char *)(stack + STACK_SPARE / 2) = 0;
	return 0;
}

static const struct {
	const char *how;
	int (*use)(void);
} bugs[] = {
	{ "panic", use_panic },       { "overflow", use_stack },
	{ "spare", use_spare },       { "wild", use_wild_pointer },
	{ "text", use_text },         { "order", use_locks },
	{ "ranks", use_ranks },       { "shift", use_shift },
	{ "sum", use_sum },           { "index", use_index },
	{ "division", use_division },
};

int crash(const char *how)
{
	for (uint32 i = 0; i < ARRAY_LEN(bugs); i++)
		if (strcmp(how, bugs[i].how) == 0)
			return bugs[i].use();
	return -EINVAL;
}
#endif
