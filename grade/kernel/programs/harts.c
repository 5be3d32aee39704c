/* grade/kernel/programs/harts.c: processes that compute must run on all harts
 * at the same time. `harts N` starts N of them and checks that, for a moment,
 * each has begun and none has ended.
 *
 * Each takes less than any time slice, so on one hart they would run one after
 * the other. Only for a machine whose clock does not depend on its host. */
#include "calf.h"

#define SPIN 30000 /* ticks of the clock: 3 ms */

struct span {
	uint64 start, end;
};

static uint64 now(void)
{
	uint64 time;

	__asm__ volatile("rdtime %0" : "=r"(time));
	return time;
}

static struct span spin(void)
{
	struct span span = { now(), 0 };

	do
		span.end = now();
	while (span.end - span.start < SPIN);
	return span;
}

int main(int argc, char **argv)
{
	int n = argc == 2 ? atoi(argv[1]) : 0, ends[2];
	struct span all = { 0, -1UL }, one;

	if (n < 1 || pipe(ends) < 0)
		return 2;
	for (int i = 0; i < n; i++) {
		int pid = fork();

		if (pid < 0)
			return 2;
		if (pid == 0) {
			one = spin();
			exit(write(ends[1], &one, sizeof(one)) != sizeof(one));
		}
	}
	for (int i = 0; i < n; i++) {
		if (wait(NULL) < 0 ||
		    read(ends[0], &one, sizeof(one)) != sizeof(one))
			return 2;
		if (one.start > all.start)
			all.start = one.start;
		if (one.end < all.end)
			all.end = one.end;
	}
	if (all.start >= all.end) {
		printf("harts: one has ended before another one has begun\n");
		return 1;
	}
	return 0;
}
