/* kernel/mm/promise.c: how much memory all programs together were promised. */
#include "mm/promise.h"

#include "abi/errno.h"
#include "lib/string.h"
#include "mm/frame.h"

#define SPARE_PART 16 /* one part in so many is not promised under `never` */

static const char *const policies[] = {
	[PROMISE_HEURISTIC] = "heuristic",
	[PROMISE_ALWAYS] = "always",
	[PROMISE_NEVER] = "never",
};

/* The most that one program may be promised, in bytes; 0: as much as the limit
 * of the sum allows. */
static uint64 most; /* atomic */

static uint64 promised; /* atomic; bytes */

bool promise_find_policy(const char *name, enum promise_policy *policy)
{
	for (uint32 i = 0; i < ARRAY_LEN(policies); i++)
		if (strcmp(policies[i], name) == 0) {
			*policy = i;
			return true;
		}
	return false;
}

void promise_set_policy(enum promise_policy policy)
{
	const uint64 for_one[] = {
		[PROMISE_HEURISTIC] = frames_total() * PGSIZE,
		[PROMISE_ALWAYS] = ~0UL,
		[PROMISE_NEVER] = 0,
	};

	__atomic_store_n(&most, for_one[policy], __ATOMIC_RELAXED);
}

uint64 promise_sum(void)
{
	return __atomic_load_n(&promised, __ATOMIC_RELAXED);
}

uint64 promise_limit(void)
{
	return (frames_total() - frames_total() / SPARE_PART) * PGSIZE;
}

/* Add to the sum, but not beyond the limit. */
static int add_within_limit(uint64 bytes)
{
	uint64 sum = promise_sum();

	do {
		if (sum + bytes > promise_limit())
			return -ENOMEM;
	} while (!__atomic_compare_exchange_n(&promised, &sum, sum + bytes,
					      true, __ATOMIC_RELAXED,
					      __ATOMIC_RELAXED));
	return 0;
}

int promise_change(uint64 old, uint64 new)
{
	uint64 limit = __atomic_load_n(&most, __ATOMIC_RELAXED);

	if (new > old && unlikely(new > limit))
		return limit == 0 ? add_within_limit(new - old) : -ENOMEM;
	__atomic_fetch_add(&promised, new - old, __ATOMIC_RELAXED);
	return 0;
}
