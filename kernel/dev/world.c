/* kernel/dev/world.c: let all other harts stand still for a while. */
#include "dev/world.h"

#include "dev/ipi.h"
#include "lib/hart.h"
#include "lib/panic.h"

static struct hart *stopper; /* atomic; NULL: the world goes its way */
static uint32 resting;       /* atomic: harts that stand still */

static bool stopped_by_another(void)
{
	struct hart *who = __atomic_load_n(&stopper, __ATOMIC_SEQ_CST);

	return who != NULL && who != this_hart();
}

/* Look again after the count has gone down: another stopper may have come
 * between, and may have counted us as standing still. */
void world_rest(void)
{
	while (stopped_by_another()) {
		__atomic_fetch_add(&resting, 1, __ATOMIC_SEQ_CST);
		while (stopped_by_another())
			if (panicked())
				hart_park();
		__atomic_fetch_sub(&resting, 1, __ATOMIC_SEQ_CST);
	}
}

void world_stop(void)
{
	struct hart *nobody = NULL;

	while (!__atomic_compare_exchange_n(&stopper, &nobody, this_hart(),
					    false, __ATOMIC_SEQ_CST,
					    __ATOMIC_RELAXED)) {
		nobody = NULL;
		world_rest();
	}
	ipi_send_others();
	while (__atomic_load_n(&resting, __ATOMIC_SEQ_CST) != nharts - 1)
		if (panicked())
			hart_park();
}

void world_go(void)
{
	__atomic_store_n(&stopper, NULL, __ATOMIC_RELEASE);
}
